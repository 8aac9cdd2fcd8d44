import { Receiver } from '@posthorn/testing';
import type { Page } from 'playwright-core';
import { axeOf, Portal, type Look } from '../testing/portal.js';

// Two people at the same thing: this one in a browser, the other by the API.
let portal: Portal;
let receiver: Receiver;
let tenant: { id: string; key: string };

beforeAll(async () => {
  portal = await Portal.open();
  receiver = await Receiver.start();
  tenant = await portal.caller.tenant('standard');
}, 120_000);
afterAll(async () => {
  expect(portal.complaints).toEqual([]);
  await portal.close();
  await receiver.close();
}, 60_000);

const at = (path: string) => `/t/${tenant.id}/${path}`;
async function pageOf(path: string, look: Look = {}): Promise<Page> {
  const page = await portal.page(look);
  await portal.logIn(page, await portal.person('tenant-admin', tenant.id));
  await page.goto(path);
  await page.locator('main h1').waitFor();
  return page;
}
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const name = (page: Page) => page.getByLabel('Name', { exact: true });

async function edit(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
}

/** What the other one does, and what there is then. */
async function api(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await portal.caller.call(method, `/v1/tenants/${tenant.id}${path}`, {
    key: tenant.key,
    ...(body ? { body } : {}),
  });
  expect([path, answer.status]).toEqual([path, method === 'POST' ? 201 : 200]);
  return answer.body;
}

it.each([
  {
    look: {},
    ...{ said: 'Somebody else changed this in the meantime', load: 'Load the current version', save: 'Save' },
  },
  {
    look: { locale: 'de-DE', theme: 'dark', width: 390 } as const,
    ...{
      said: 'Jemand anderes hat das inzwischen geändert',
      load: 'Jetzigen Stand laden',
      save: 'Speichern',
    },
  },
])(
  'keeps what somebody else has changed of a webhook, says so, and goes on from there: %j',
  async (given) => {
    const { id } = await portal.caller.subscription(tenant.id, tenant.key, {
      ...{ name: 'Old', url: `${receiver.url}/a`, headers: { 'X-Api-Key': 'a-credential' } },
    });
    const webhook = `/subscriptions/${id}`;
    const page = await pageOf(at(`webhooks/${id}/edit`), given.look);
    await name(page).fill('Mine');
    const theirs = { url: `${receiver.url}/b`, headers: {}, filter: { types: ['order.*'] } };
    await api('PATCH', webhook, theirs);
    await button(page, given.save).click();
    await page.getByRole('alert').getByText(given.said).waitFor();
    expect(await axeOf(page)).toEqual([]);
    expect(await api('GET', webhook)).toMatchObject({ ...theirs, name: 'Old', version: 2 });
    await button(page, given.load).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    expect([await page.getByLabel('URL').inputValue(), await name(page).inputValue()]).toEqual([
      theirs.url,
      'Old',
    ]);
    await name(page).fill('Mine');
    await button(page, given.save).click();
    await page.getByRole('heading', { name: 'Mine' }).waitFor();
    expect(await api('GET', webhook)).toMatchObject({ ...theirs, name: 'Mine', version: 3 });
  },
);

it('begins to change a webhook with what it is now, not with what was seen of it', async () => {
  const made = { name: 'Seen', url: `${receiver.url}/a` };
  const { id } = await portal.caller.subscription(tenant.id, tenant.key, made);
  const page = await pageOf(at(`webhooks/${id}`));
  await page.getByRole('heading', { name: 'Seen' }).waitFor();
  await api('PATCH', `/subscriptions/${id}`, { url: `${receiver.url}/b` });
  await edit(page);
  await name(page).fill('Renamed');
  await button(page, 'Save').click();
  await page.getByRole('heading', { name: 'Renamed' }).waitFor();
  // One's own change is nobody else's.
  await edit(page);
  await name(page).fill('Renamed again');
  await button(page, 'Save').click();
  await page.getByRole('heading', { name: 'Renamed again' }).waitFor();
  expect(await api('GET', `/subscriptions/${id}`)).toMatchObject({ url: `${receiver.url}/b`, version: 4 });
});

it('says of a copied header that its hidden value is none', async () => {
  const page = await pageOf(at('webhooks/new'));
  await page.getByLabel('URL').fill(receiver.url);
  await button(page, 'More settings').click();
  await page.getByLabel('Headers').fill('X-Api-Key: [hidden]');
  await button(page, 'Create').click();
  await page.getByText('X-Api-Key: cannot be [hidden]: there is no header of this name').waitFor();
});

it('keeps what somebody else has changed of an event type, and makes none anew that is there', async () => {
  const type = '/event-types/order.paid';
  await api('PUT', type, { description: 'first' });
  const page = await pageOf(at('event-types'));
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: /order\.paid.*version 1/ }).click();
  await button(page, 'Edit').click();
  await dialog.getByLabel('deprecated').check();
  const schema = { type: 'object', required: ['paid'] };
  await api('PUT', type, { description: 'second', schema });
  await button(page, 'Save').click();
  await dialog.getByText('Somebody else changed this in the meantime').waitFor();
  expect(await api('GET', type)).toMatchObject({ schema, deprecated: false, version: 2 });
  await button(page, 'Load the current version').click();
  await dialog.getByRole('alert').waitFor({ state: 'detached' });
  expect(await dialog.getByLabel('Description').inputValue()).toBe('second');
  await dialog.getByLabel('deprecated').check();
  await button(page, 'Save').click();
  await dialog.waitFor({ state: 'detached' });
  const mine = { description: 'second', schema, deprecated: true, version: 3 };
  expect(await api('GET', type)).toMatchObject(mine);
  await button(page, 'New event type').click();
  await dialog.getByLabel('Name').fill('order.paid');
  await button(page, 'Save').click();
  await dialog.getByText('This is taken already. Choose another one.').waitFor();
  expect(await dialog.getByRole('alert').count()).toBe(0);
  expect(await api('GET', type)).toMatchObject(mine);
});

it('keeps what somebody else has changed of a user', async () => {
  const { email } = await portal.person('tenant-viewer', tenant.id);
  const page = await pageOf(at('users'));
  const row = page.getByRole('row', { name: email });
  const dialog = page.getByRole('dialog');
  const { items } = (await api('GET', '/users')) as { items: { id: string; email: string }[] };
  const user = `/users/${items.find((each) => each.email === email)!.id}`;
  await row.getByRole('button', { name: 'Edit: Kim' }).click();
  await dialog.getByLabel('Name').fill('Mine');
  await api('PATCH', user, { name: 'Theirs', role: 'tenant-admin' });
  await button(page, 'Save').click();
  await dialog.getByText('Somebody else changed this in the meantime').waitFor();
  expect(await api('GET', user)).toMatchObject({ name: 'Theirs', version: 2 });
  await button(page, 'Load the current version').click();
  await dialog.getByRole('alert').waitFor({ state: 'detached' });
  expect(await dialog.getByLabel('Name').inputValue()).toBe('Theirs');
  // A new password makes a new version, too: it is known when he is edited next.
  const read = page.waitForResponse(
    (response) => response.url().endsWith('/users') && response.request().method() === 'GET',
  );
  await button(page, 'Make a new password').click();
  await read;
  await button(page, 'I have copied it').click();
  await row.getByRole('button', { name: 'Edit: Theirs' }).click();
  await dialog.getByLabel('Name').fill('Mine');
  await button(page, 'Save').click();
  await row.getByText('Mine').waitFor();
  expect(await api('GET', user)).toMatchObject({ name: 'Mine', role: 'tenant-admin', version: 4 });
});

it('keeps the name that somebody else has given the tenant', async () => {
  const page = await pageOf(at('webhooks'));
  const dialog = page.getByRole('dialog');
  await button(page, 'Rename this tenant').click();
  await dialog.getByLabel('Name').fill('Mine');
  await api('PATCH', '', { name: 'Theirs' });
  await button(page, 'Save').click();
  await dialog.getByText('Somebody else changed this in the meantime').waitFor();
  expect(await api('GET', '')).toMatchObject({ name: 'Theirs', version: 2 });
  await button(page, 'Load the current version').click();
  await dialog.getByRole('alert').waitFor({ state: 'detached' });
  expect(await dialog.getByLabel('Name').inputValue()).toBe('Theirs');
  await dialog.getByLabel('Name').fill('Mine');
  await button(page, 'Save').click();
  await page.getByRole('navigation').getByText('Mine').waitFor();
  expect(await api('GET', '')).toMatchObject({ name: 'Mine', version: 3 });
});
