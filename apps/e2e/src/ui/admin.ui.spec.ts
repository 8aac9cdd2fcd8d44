import { waitFor } from '@posthorn/testing';
import type { Page } from 'playwright-core';
import { Portal } from '../testing/portal.js';

let portal: Portal;
let tenant: { id: string; key: string };
let page: Page;

beforeAll(async () => {
  portal = await Portal.open();
  tenant = await portal.caller.tenant('standard');
  page = await portal.page();
  await portal.logIn(page, await portal.person('tenant-admin', tenant.id));
}, 120_000);
afterAll(() => portal.close(), 60_000);

const open = (path: string) => page.goto(`/t/${tenant.id}/${path}`);
const press = (name: string) => page.getByRole('button', { name, exact: true }).first().click();
const inDialog = (name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

it('an API key is made, shown once, works, and is refused after it was revoked', async () => {
  await open('keys');
  await press('New key');
  await page.getByRole('dialog').getByLabel('Name').fill('ERP');
  await inDialog('Create');
  const key = await page.getByRole('textbox', { name: 'New key' }).innerText();
  expect(key).toMatch(/^ph_/);
  await inDialog('I have copied it');
  const ask = async () => (await portal.caller.call('GET', `/v1/tenants/${tenant.id}`, { key })).status;
  expect(await ask()).toBe(200);
  await page.getByRole('button', { name: 'Revoke: ERP' }).click();
  await inDialog('Revoke');
  await page.getByRole('button', { name: 'Revoke: ERP' }).waitFor({ state: 'detached' });
  expect(await ask()).toBe(401);
});

it('somebody new gets an account, and logs in with it', async () => {
  await open('users');
  await press('New user');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Vera');
  await dialog.getByLabel('E-mail address').fill('Vera@people.example');
  await dialog.locator('input[type=password]').fill('a long first password');
  await inDialog('Create');
  await page.getByRole('cell', { name: 'Vera', exact: true }).waitFor();
  const hers = await portal.page();
  await portal.logIn(hers, { email: 'vera@people.example', password: 'a long first password' });
  await hers.waitForURL((url) => url.pathname === `/t/${tenant.id}/webhooks`);
});

it('a one-time link made here lets somebody in', async () => {
  await open('users');
  await press('Make link');
  const link = await page.getByRole('textbox', { name: 'One-time link' }).innerText();
  const guest = await portal.page();
  await guest.goto(link);
  await guest.waitForURL((url) => url.pathname === `/t/${tenant.id}/webhooks`);
  expect(guest.url()).not.toContain('#');
});

it('an event type with a schema joins the catalogue, and events that do not fit are refused', async () => {
  await open('event-types');
  await press('New event type');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('order.made');
  await dialog.getByLabel('JSON Schema of data').fill('{"type":"object","required":["total"]}');
  await inDialog('Save');
  await page.getByText('order.made').first().waitFor();
  const publish = (data: object) =>
    portal.caller.publish(tenant.key, {
      tenantId: tenant.id,
      type: 'order.made',
      entity: { name: 'order', id: '1' },
      timestamp: new Date().toISOString(),
      data,
    });
  await waitFor(async () => (await publish({})).status === 422);
  expect((await publish({ total: 1 })).status).toBe(202);
});

it('the audit trail says who did all that', async () => {
  await open('audit');
  await page.locator('main h1').waitFor();
  await page.getByText('described').first().waitFor();
  const text = await page.locator('main').innerText();
  for (const word of ['revoked', 'made', 'API key', 'Event type', 'User']) expect(text).toContain(word);
});

it('the overview shows an operator which tenant fails and what waits', async () => {
  const broken = await portal.caller.tenant('standard', `broken-${Date.now()}`);
  const body = { name: 'Down', url: `${portal.url}/health/nothing-here`, ordering: 'strict' };
  await portal.caller.subscription(broken.id, broken.key, body);
  for (let n = 0; n < 3; n++)
    await portal.caller.publish(broken.key, {
      tenantId: broken.id,
      type: 'a.b',
      entity: { name: 'a', id: String(n) },
      timestamp: new Date().toISOString(),
    });
  const operators = await portal.page();
  await portal.logIn(operators, await portal.person('operator'));
  const row = operators.getByRole('row').filter({ hasText: broken.id });
  await waitFor(async () => /1 paused/.test(await row.innerText()) && /\b3\b/.test(await row.innerText()), {
    timeoutMs: 40_000,
    message: () => 'the row of the tenant that fails',
  });
  expect(portal.complaints).toEqual([]);
});
