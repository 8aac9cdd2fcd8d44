import { Receiver, waitFor } from '@posthorn/testing';
import type { Page } from 'playwright-core';
import { axeOf, Portal, type Look } from '../testing/portal.js';

let portal: Portal;
let receiver: Receiver;
let tenant: { id: string; key: string };

beforeAll(async () => {
  portal = await Portal.open();
  receiver = await Receiver.start();
  tenant = await portal.caller.tenant('standard');
  await portal.caller.subscription(tenant.id, tenant.key, { name: 'One', url: receiver.url });
}, 120_000);
afterAll(async () => {
  expect(portal.complaints).toEqual([]);
  await portal.close();
  await receiver.close();
}, 60_000);

const at = (path: string) => `/t/${tenant.id}/${path}`;

async function pageOf(role: 'operator' | 'tenant-admin', path: string, look: Look = {}): Promise<Page> {
  const page = await portal.page(look);
  await portal.logIn(page, await portal.person(role, role === 'operator' ? undefined : tenant.id));
  await page.goto(path);
  await page.locator('main h1').waitFor();
  return page;
}
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
/** By its name, not the button with the same words. */
const field = (page: Page, label: string) => page.getByRole('dialog').getByLabel(label);

it('makes a key that works, shows it once, and revokes it at once', async () => {
  const page = await pageOf('tenant-admin', at('keys'));
  await button(page, 'New key').click();
  await field(page, 'Name').fill('shop');
  // That is for operators, and it is said who to ask.
  await page.getByText('Keys that publish are created by an operator, on this page').waitFor();
  expect(await page.getByLabel('publish events').count()).toBe(0);
  await field(page, 'change').check();
  await button(page, 'Create').click();
  const key = (await page.getByRole('textbox', { name: 'New key' }).innerText()).trim();
  // It is shown this once: neither a stray click nor a key takes it away.
  await page.keyboard.press('Escape');
  await page.mouse.click(5, 5);
  expect(await page.getByRole('textbox', { name: 'New key' }).innerText()).toContain(key);
  const reads = async () => (await portal.caller.call('GET', `/v1/tenants/${tenant.id}`, { key })).status;
  expect(await reads()).toBe(200);
  await button(page, 'I have copied it').click();
  const row = page.getByRole('row', { name: 'shop' });
  await row.getByText('read, change').waitFor();
  expect(await page.content()).not.toContain(key);
  await row.getByRole('button', { name: 'Revoke: shop' }).click();
  await page.getByText('Programs that use it are rejected at once.').waitFor();
  await button(page, 'Revoke').click();
  await row.waitFor({ state: 'detached' });
  await waitFor(async () => (await reads()) === 401);
});

it('lets an operator make a key that publishes, with a command that does so at once', async () => {
  const page = await pageOf('operator', at('keys'));
  await button(page, 'New key').click();
  await field(page, 'Name').fill('publisher');
  await field(page, 'read').uncheck();
  await field(page, 'publish events').check();
  await button(page, 'Create').click();
  const key = (await page.getByRole('textbox', { name: 'New key' }).innerText()).trim();
  const command = await page.getByRole('textbox', { name: 'Command that publishes' }).innerText();
  expect(command).toContain(`curl '${portal.url}/v1/events'`);
  expect(command).toContain(key);
  const body: unknown = JSON.parse(/-d '(.*)'/.exec(command)![1]!);
  const published = await waitFor(async () => {
    const answer = await portal.caller.call('POST', '/v1/events', { key, body });
    return answer.status === 401 ? undefined : answer;
  });
  expect(published.status).toBe(202);
  await button(page, 'I have copied it').click();
  await page.getByRole('row', { name: 'publisher' }).getByText('publish events').waitFor();
});

it('adds a user who can log in then, and removes him; nobody can remove himself', async () => {
  const page = await pageOf('tenant-admin', at('users'));
  const person = { email: `new-${Date.now()}@people.example`, password: 'a password of some length' };
  await button(page, 'New user').click();
  await field(page, 'Name').fill('Alex');
  await field(page, 'E-mail address').fill(person.email);
  await page.getByRole('dialog').locator('input[type=password]').fill(person.password);
  await button(page, 'Create').click();
  await page.getByRole('row', { name: person.email }).getByText('Viewer').waitFor();
  const theirs = await portal.page();
  await portal.logIn(theirs, person);
  await theirs.goto(at('users'));
  await theirs.getByRole('row', { name: person.email }).getByText('(you)').waitFor();
  expect(await theirs.getByRole('button', { name: /^Remove/ }).count()).toBe(0);
  const mine = page.getByRole('row').filter({ hasText: '(you)' });
  expect(await mine.getByRole('button').count()).toBe(0);
  await page.getByRole('button', { name: 'Remove: Alex' }).click();
  await button(page, 'Remove').click();
  await page.getByRole('row', { name: person.email }).waitFor({ state: 'detached' });
  const logIn = await portal.caller.call('POST', '/v1/session', { body: person });
  expect(logIn.status).toBe(401);
});

it('makes a link that lets a vendor in, once, and lets him out', async () => {
  const page = await pageOf('tenant-admin', at('users'));
  await button(page, 'Create link').click();
  await page.getByText('the session then lasts 1 hour').waitFor();
  // It is shown this once: no key takes it away.
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'One-time link' }).waitFor();
  expect(await axeOf(page)).toEqual([]);
  await button(page, 'I have copied it').click();
  await page.getByRole('row', { name: 'Works until' }).getByText('Kim').waitFor();
  await page.getByRole('row', { name: 'Works until' }).getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('row', { name: 'Works until' }).waitFor({ state: 'detached' });

  await button(page, 'Create link').click();
  const link = (await page.getByRole('textbox', { name: 'One-time link' }).innerText()).trim();
  await button(page, 'I have copied it').click();
  const theirs = await portal.page();
  await theirs.goto(link);
  await theirs.waitForURL((url) => url.pathname === at('webhooks'));
  expect(await theirs.getByRole('link', { name: 'New webhook' }).count()).toBe(0);
  await page.reload();
  const row = page.getByRole('row', { name: 'Open until' });
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('the session that it opened ends at once').waitFor();
  expect(await axeOf(page)).toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await row.waitFor({ state: 'detached' });
  await theirs.reload();
  await theirs.waitForURL((url) => url.pathname === '/login');
});

it('adds an operator, who sees all tenants', async () => {
  const page = await pageOf('operator', '/operators');
  const person = { email: `op-${Date.now()}@people.example`, password: 'a password of some length' };
  await button(page, 'New user').click();
  await field(page, 'Name').fill('Sam');
  await field(page, 'E-mail address').fill(person.email);
  await page.getByRole('dialog').locator('input[type=password]').fill(person.password);
  expect(await field(page, 'Role').count()).toBe(0);
  await button(page, 'Create').click();
  await page.getByRole('row', { name: person.email }).getByText('Operator').waitFor();
  const theirs = await portal.page();
  await portal.logIn(theirs, person);
  await theirs.goto('/tenants');
  await theirs.getByRole('link', { name: tenant.id }).waitFor();
});

describe('the catalogue', () => {
  const publish = (data: object) =>
    portal.caller.publish(tenant.key, {
      ...{ tenantId: tenant.id, type: 'order.created', timestamp: new Date().toISOString(), data },
      entity: { name: 'order', id: `o-${Math.random()}` },
    });

  it('describes a type that publishers are held to, says what does not fit, and forgets it', async () => {
    const page = await pageOf('tenant-admin', at('event-types'));
    await page.getByText('The catalogue is empty').waitFor();
    await button(page, 'New event type').first().click();
    await field(page, 'Name').fill('order.created');
    await field(page, 'JSON Schema of data').fill('{"type":"object","required":["id"]');
    await page.getByText('This is not JSON').waitFor();
    expect(await button(page, 'Save').isDisabled()).toBe(true);
    await field(page, 'JSON Schema of data').fill('{"type":"thing"}');
    // Said though the examples cannot be read either.
    await field(page, 'Examples').fill('{"total":');
    await page.getByRole('dialog').getByText('type: must be one of: "array", "boolean"').waitFor();
    await field(page, 'JSON Schema of data').fill('{"type":"object","required":["id"]}');
    await field(page, 'Examples').fill('{"total":1}');
    await button(page, 'Save').click();
    await page.getByRole('dialog').getByText('#1 / id: is required').waitFor();
    await field(page, 'Examples').fill('{"id":"o-1","total":1.0}');
    await button(page, 'Save').click();
    const type = page.getByRole('button', { name: /order\.created.*version 1/ });
    await type.click();
    await page.getByRole('region', { name: 'JSON Schema of data' }).getByText('"required"').waitFor();
    await page.getByRole('region', { name: 'Examples 1' }).getByText('"o-1"').waitFor();
    await waitFor(async () => (await publish({ total: 1 })).status === 422);
    expect((await publish({ id: 'o-1' })).status).toBe(202);

    await button(page, 'Edit').click();
    await field(page, 'deprecated').check();
    await button(page, 'Save').click();
    await page.getByRole('button', { name: /order\.created.*version 2.*deprecated/ }).waitFor();
    await button(page, 'Delete').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The catalogue is empty').waitFor();
    await waitFor(async () => (await publish({ total: 1 })).status === 202);
  });

  it('shows a platform its own types', async () => {
    const vendor = await portal.caller.tenant('brutlers');
    const page = await pageOf('operator', `/t/${vendor.id}/event-types`);
    await page.getByRole('button', { name: 'order.status_changed of the platform' }).click();
    await page.getByText('Any data.').filter({ visible: true }).waitFor();
    const gets = page.getByRole('region', { name: 'order.status_changed: What a receiver gets' });
    await gets.getByText('"event": "order.status_changed"').waitFor();
    // All of them are there, and another one would be refused: none is offered.
    await page.getByText('These are all event types of this platform').waitFor();
    expect(await page.getByRole('button', { name: /of the platform/ }).count()).toBe(6);
    expect(await button(page, 'New event type').count()).toBe(0);
  });
});

it('tells who changed what, without secrets, and exports it', async () => {
  const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
  await portal.caller.subscription(tenant.id, tenant.key, {
    ...{ name: 'Audited', url: `${receiver.url}/audited`, auth: { secret } },
  });
  const keys = () =>
    portal.caller.call<{ items: { id: string; name: string }[] }>('GET', `/v1/tenants/${tenant.id}/keys`, {
      key: tenant.key,
    });
  const page = await pageOf('tenant-admin', at('audit'));
  const rows = page.getByRole('row').filter({ hasText: 'Webhook: created' });
  const [row, { items }] = [rows.first(), (await keys()).body];
  // By its name, and by whose key; what it is an id of stands in the details.
  await row.getByText('Audited', { exact: true }).waitFor();
  await row.getByText(`API key “${items[0]!.name}”`).waitFor();
  await row.getByRole('button', { name: 'Details' }).click();
  await page.getByText(`By: ${items[0]!.id} · from address 127.0.0.1`).waitFor();
  await page.getByRole('region', { name: 'Changes' }).getByText('"Audited"').waitFor();
  expect(await page.content()).not.toContain(secret);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export all' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('audit.ndjson');
});

it('shows operators which tenant waits, since when, and how far the log is behind', async () => {
  const failing = await portal.caller.tenant('brz365');
  const bad = await Receiver.start(({ method }) => (method === 'POST' ? 500 : 200));
  await portal.caller.subscription(failing.id, failing.key, {
    ...{ name: 'Failing', url: bad.url, auth: { authorization: 'a-secret-value' } },
    filter: { entities: [{ name: 'Order', changes: ['create'] }] },
  });
  for (const id of ['1', '2', '3'])
    await portal.caller.publish(failing.key, {
      ...{ tenantId: failing.id, type: 'Order.create', timestamp: new Date().toISOString() },
      entity: { name: 'Order', id },
    });
  await bad.received(2, { matching: ({ method }) => method === 'POST' });
  const page = await pageOf('operator', '/tenants');
  // One line while all is well; the list of checks on demand.
  await page.getByText('All services are up').waitFor();
  expect(await page.getByText('Delivery log lag').count()).toBe(0);
  await button(page, 'Details').click();
  await page.getByText('Delivery log lag').waitFor();
  const row = page.getByRole('row', { name: failing.id });
  await row.getByText('1 paused').waitFor({ timeout: 30_000 });
  // Who needs somebody stands first.
  await page.getByRole('row').nth(1).getByRole('link', { name: failing.id }).waitFor();
  await page.getByLabel('Find tenant').fill(failing.id);
  await row.getByRole('cell', { name: '3', exact: true }).waitFor({ timeout: 30_000 });
  await row.getByText('1 of 1 active').waitFor();
  expect(await row.locator('time').count()).toBe(1);
  expect(await page.getByRole('row').count()).toBe(2);
  await page.getByRole('button', { name: `Waiting lanes: ${failing.id}` }).click();
  const lanes = page.getByRole('table', { name: `Waiting lanes: ${failing.id}` });
  await lanes.getByRole('link', { name: 'Failing' }).waitFor();
  await lanes.getByText('paused after a failure').waitFor();
  await lanes.getByText(/^\d+ \/ 11$/).waitFor();
  await row.getByRole('link', { name: failing.id }).click();
  await page.waitForURL((url) => url.pathname === `/t/${failing.id}/webhooks`);
  await bad.close();
});

it('opens the list of checks by itself when one of them fails', async () => {
  const page = await pageOf('operator', '/tenants');
  const checks = { postgres: 'ok', kafka: 'no answer' };
  await page.route('/health/ready', (route) => route.fulfill({ status: 503, json: { ok: false, checks } }));
  await page.getByText('Checks that fail: 1').waitFor();
  await page.getByText('kafka: no answer').waitFor();
});

it('makes a tenant and goes there', async () => {
  const page = await pageOf('operator', '/tenants');
  const id = `made-${Date.now()}`;
  await button(page, 'New tenant').click();
  await field(page, 'Id').fill(id);
  await button(page, 'Create').click();
  await page.waitForURL((url) => url.pathname === `/t/${id}/webhooks`);
  const { body } = await portal.caller.call('GET', `/v1/tenants/${id}`, { key: portal.product.adminKey });
  expect(body).toMatchObject({ id, profile: 'brz365' });
  // What was typed is not thrown away by a key or a stray click.
  await page.goto('/tenants');
  await button(page, 'New tenant').click();
  await field(page, 'Name').fill('Half');
  await page.keyboard.press('Escape');
  await page.getByText('Close without saving?').first().waitFor();
  await button(page, 'Go on editing').click();
  expect(await field(page, 'Name').inputValue()).toBe('Half');
  await page.mouse.click(5, 5);
  await button(page, 'Discard').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // Another one of that id is refused at the field, in words; an empty one before it is sent.
  await page.goto('/tenants');
  await button(page, 'New tenant').click();
  await button(page, 'Create').click();
  await page.getByRole('dialog').getByText('Id is missing.').waitFor();
  await field(page, 'Id').fill(id);
  await button(page, 'Create').click();
  await page.getByRole('dialog').getByText('This is taken already. Choose another one.').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

it.each<Look>([{ theme: 'light' }, { theme: 'dark', locale: 'de-DE', width: 390 }])(
  'has nothing that axe finds, seen as %j',
  async (look) => {
    const page = await pageOf('operator', '/tenants', look);
    for (const path of ['/tenants', '/operators', ...['event-types', 'keys', 'users', 'audit'].map(at)]) {
      await page.goto(path);
      await page.locator('main h1').waitFor();
      await page.waitForLoadState('networkidle');
      expect([path, await axeOf(page)]).toEqual([path, []]);
      if (path.endsWith('/audit')) continue;
      // The first button of a page makes something new, in a dialog.
      await page.locator('main button').first().click();
      await page.getByRole('dialog').waitFor();
      await page.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished))');
      expect([`${path}, dialog`, await axeOf(page)]).toEqual([`${path}, dialog`, []]);
    }
  },
);
