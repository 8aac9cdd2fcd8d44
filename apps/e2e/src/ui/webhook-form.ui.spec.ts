import { Receiver, waitFor } from '@posthorn/testing';
import type { Page } from 'playwright-core';
import { axeOf, Portal } from '../testing/portal.js';

let portal: Portal;
let receiver: Receiver;
let page: Page;

beforeAll(async () => {
  portal = await Portal.open();
  page = await portal.page();
  await portal.logIn(page, await portal.person('operator'));
}, 120_000);
afterAll(() => portal.close(), 60_000);

beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.close());

const open = (tenantId: string, path: string) => page.goto(`/t/${encodeURIComponent(tenantId)}/${path}`);
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();

it('says at the field what is wrong, and what a receiver that does not verify answered', async () => {
  const tenant = await portal.caller.tenant('brz365');
  receiver.answer(404);
  await open(tenant.id, 'webhooks/new');
  await page.getByLabel('Webhook Name').fill('ERP');
  await press('Generate');
  // It is not shown again, so it is seen now and can be copied.
  const header = page.getByLabel('Authorization header');
  expect([await header.getAttribute('type'), (await header.inputValue()).length]).toEqual(['text', 32]);
  await page.getByText('once saved, it is not shown again').waitFor();
  await page.getByRole('button', { name: 'Copy' }).waitFor();
  await page.getByLabel('Name of the model').fill('bad model!');
  await press('Add domain model');
  await page.getByText('no spaces.').waitFor();
  await page.getByLabel('Target URL').fill(`${receiver.url}/hook`);
  await press('Create');
  await page.getByText('Choose at least one event.').waitFor();
  await page.getByLabel('all models: delete').check();
  await press('Create');
  await page.getByText('Verification failed: the receiver answered HEAD with 404 instead of 2xx').waitFor();
  receiver.answer(200);
  // What is wrong in the folded settings unfolds them.
  await press('More settings');
  await page.getByLabel('Timeout in milliseconds').fill('3');
  await press('More settings');
  await page.getByLabel('Timeout in milliseconds').waitFor({ state: 'hidden' });
  await press('Create');
  await page.getByLabel('Timeout in milliseconds').waitFor();
  await page.getByLabel('Timeout in milliseconds').fill('');
  await press('Create');
  await page.getByText('The receiver answered. Saved.').waitFor();
  await page.getByText('*: delete', { exact: true }).waitFor();
});

it('says in German what is missing at a field, and from where to where a number may go', async () => {
  const tenant = await portal.caller.tenant('standard');
  const german = await portal.page({ locale: 'de-DE' });
  await portal.logIn(german, await portal.person('operator'));
  await german.goto(`/t/${tenant.id}/webhooks/new`);
  await german.getByRole('button', { name: 'Anlegen' }).click();
  await german.getByText('URL fehlt.').waitFor();
  await german.getByLabel('URL').fill(receiver.url);
  await german.getByRole('button', { name: 'Weitere Einstellungen' }).click();
  await german.getByLabel('Zeitlimit in Millisekunden').fill('3');
  await german.getByLabel('Bedingung (CEL)').fill('data.x >');
  await german.getByRole('button', { name: 'Anlegen' }).click();
  await german.getByText(/^Muss eine Zahl von \S+ bis \S+ sein\.$/).waitFor();
  await german.getByText('Diese Bedingung lässt sich nicht lesen').waitFor();
});

it('keeps the matrix of events readable on a phone: it scrolls by itself, by keyboard too', async () => {
  const tenant = await portal.caller.tenant('brz365');
  await page.setViewportSize({ width: 390, height: 900 });
  await open(tenant.id, 'webhooks/new');
  for (const name of ['BusinessPartner', 'InvoiceDocument', 'all models']) {
    const box = await page.getByRole('rowheader', { name }).boundingBox();
    expect([name, box!.width > 130, box!.height < 60]).toEqual([name, true, true]);
  }
  const matrix = page.getByRole('region', { name: 'Events' });
  expect(await matrix.evaluate((element) => element.scrollWidth > element.clientWidth)).toBe(true);
  await matrix.focus();
  await page.keyboard.press('ArrowRight');
  await waitFor(() => matrix.evaluate((element) => element.scrollLeft > 0));
  expect(await axeOf(page)).toEqual([]);
  // Nothing is wider than its place: neither the address of the test receiver nor a button's word.
  for (const text of [page.getByText('Test receiver on this machine'), page.getByText('Generate')])
    expect(await text.evaluate((element) => element.scrollWidth - element.clientWidth)).toBeLessThan(2);
  // Filters are folded there, and say how many are set.
  await open(tenant.id, 'deliveries?status=failed&eventType=a.b');
  expect(await page.getByLabel('Event type').count()).toBe(0);
  await press('Filters (2)');
  await page.getByLabel('Event type').waitFor();
  // A table that is cut off shows it; whose it is stands above it; a long address makes no page wider.
  const { id, key } = await portal.caller.tenant('standard');
  const long = `${receiver.url}/${'a-long-part/'.repeat(30)}${'x'.repeat(200)}`;
  const webhook = await portal.caller.subscription(id, key, { name: 'Long', url: long });
  await open(id, 'webhooks');
  await page.locator('[data-cut]').waitFor();
  await page.locator('header').getByText(id).waitFor();
  await open(id, `webhooks/${webhook.id}`);
  await page.getByText('a-long-part/').first().waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 900 });
});

it('asks before a form with changes is left, within the page and by the browser', async () => {
  const { id } = await portal.caller.tenant('standard');
  const leave = () => page.getByRole('link', { name: 'Deliveries' }).click();
  await open(id, 'webhooks/new');
  await page.getByLabel('Name', { exact: true }).fill('Half');
  await leave();
  await page.getByText('Leave without saving?').waitFor();
  await press('Stay');
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Half');
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await leave();
  await press('Leave');
  await page.getByRole('heading', { name: 'Deliveries', exact: true }).waitFor();
  // Nothing was changed: nothing is asked.
  await open(id, 'webhooks/new');
  await leave();
  await page.getByRole('heading', { name: 'Deliveries', exact: true }).waitFor();
});

it('a webhook is edited, and what was not touched stays', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  const made = {
    name: 'Old',
    url: `${receiver.url}/a`,
    filter: { types: ['a.*'] },
    metadata: { keep: 'me' },
  };
  const webhook = await portal.caller.subscription(id, key, made);
  await open(id, `webhooks/${webhook.id}/edit`);
  await page.getByLabel('Name', { exact: true }).fill('New');
  await press('Save');
  await page.getByRole('heading', { name: 'New' }).waitFor();
  const { body } = await portal.caller.call('GET', `/v1/tenants/${id}/subscriptions/${webhook.id}`, { key });
  expect(body).toMatchObject({ ...made, name: 'New' });
});
