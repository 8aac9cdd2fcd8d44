import { createHmac } from 'node:crypto';
import { Receiver, waitFor } from '@posthorn/testing';
import type { Page } from 'playwright-core';
import { Portal } from '../testing/portal.js';

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
const secretText = () => page.getByRole('textbox', { name: 'The secret' }).innerText();

type Event = { type: string; data?: unknown };
const publish = ({ id, key }: { id: string; key: string }, { type, data = {} }: Event) =>
  portal.caller.publish(key, {
    tenantId: id,
    type,
    entity: { name: 'order', id: 'o-1' },
    timestamp: new Date().toISOString(),
    data,
  });

it('a Brutlers webhook is made, its secret is shown once, and is the one that signs', async () => {
  const tenant = await portal.caller.tenant('brutlers');
  await open(tenant.id, 'webhooks/new');
  await page.getByLabel('URL').fill(`${receiver.url}/hook`);
  await page.getByLabel('order.created').check();
  await press('Create');
  const secret = await secretText();
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  await press('I have copied it');
  await page.getByTestId('status-words').waitFor();
  await page.reload();
  await page.getByTestId('status-words').waitFor();
  expect(await page.content()).not.toContain(secret);
  expect((await publish(tenant, { type: 'order.created' })).status).toBe(202);
  const [request] = await receiver.received(1);
  const signature = createHmac('sha256', secret).update(request!.rawBody).digest('hex');
  expect(request!.headers['x-brutlers-signature']).toBe(signature);
});

it('says at the field what is wrong, and what a receiver that does not verify answered', async () => {
  const tenant = await portal.caller.tenant('brz365');
  receiver.answer(404);
  await open(tenant.id, 'webhooks/new');
  await page.getByLabel('Webhook Name').fill('ERP');
  await press('Generate');
  await page.getByLabel('Target URL').fill(`${receiver.url}/hook`);
  await press('Create');
  await page.getByText('Choose at least one event.').waitFor();
  await page.getByLabel('every model: delete').check();
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

it('a secret is rotated: the old one goes on for as long as was chosen, both are listed without their text', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  const webhook = await portal.caller.subscription(id, key, { name: 'Rotated', url: `${receiver.url}/a` });
  await open(id, `webhooks/${webhook.id}`);
  await press('New secret');
  await press('Make it');
  const secret = await secretText();
  expect(secret).toMatch(/^whsec_/);
  // It is shown this once: neither a stray click nor a key takes it away.
  await page.keyboard.press('Escape');
  await page.mouse.click(5, 5);
  expect(await secretText()).toBe(secret);
  await press('I have copied it');
  await page.getByText('goes on until').waitFor();
  await publish({ id, key }, { type: 'a.b' });
  const [request] = await receiver.received(1);
  expect(String(request!.headers['webhook-signature']).split(' ')).toHaveLength(2);
  await press('End now');
  await page.getByRole('dialog').getByText('This cannot be undone.').waitFor();
  await press('Cancel');
  await page.getByText('goes on until').waitFor();
  await press('End now');
  await page.getByRole('dialog').getByRole('button', { name: 'End now' }).click();
  await page.getByText('goes on until').waitFor({ state: 'detached' });
});

it('pauses, resumes, tests, disables after asking, enables and deletes', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  const webhook = await portal.caller.subscription(id, key, { name: 'Ordered', url: `${receiver.url}/a` });
  await open(id, `webhooks/${webhook.id}`);
  await press('Send test event');
  await press('Send');
  await page.getByText(/The receiver answered 200 after/).waitFor();
  expect(receiver.requests).toHaveLength(1);
  await page.keyboard.press('Escape');
  await press('Pause');
  await page.getByText('Paused by hand').waitFor();
  await publish({ id, key }, { type: 'a.b' });
  await page.getByText('One event waits.').waitFor();
  await press('Resume');
  await receiver.received(2);
  await page.getByText('Delivers as events come.').waitFor();
  const more = async (name: string) => {
    await press('Edit');
    await page.getByRole('menuitem', { name }).click();
  };
  await more('Disable');
  await press('Cancel');
  await more('Disable');
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await page.getByText('Disabled: what comes now').waitFor();
  await press('Enable');
  await page.getByText('Delivers as events come.').waitFor();
  await more('Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No webhook yet').waitFor();
});

it('skips the event that holds a strict webhook up, after asking, and the next one comes', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  const body = {
    name: 'Strict',
    url: `${receiver.url}/a`,
    ordering: 'strict',
    retryPolicy: { delaysMs: [3_600_000] },
  };
  const webhook = await portal.caller.subscription(id, key, body);
  receiver.answer(({ rawBody }) => (rawBody.toString('utf8').includes('"bad"') ? 500 : 200));
  await publish({ id, key }, { type: 'a.b', data: { is: 'bad' } });
  await publish({ id, key }, { type: 'a.b', data: { is: 'good' } });
  await open(id, `webhooks/${webhook.id}`);
  await press('Skip event');
  await page.getByText('This cannot be undone').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Skip event' }).click();
  await receiver.received(1, { matching: ({ rawBody }) => rawBody.toString('utf8').includes('"good"') });
  await page.getByText('Delivers as events come.').waitFor();
});

it('finds deliveries by filters that live in the address, and shows each attempt with what came back', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  receiver.answer(() => ({ status: 418, body: 'short and stout' }));
  const body = { name: 'Filtered', url: `${receiver.url}/a`, retryPolicy: { delaysMs: [100] } };
  await portal.caller.subscription(id, key, body);
  await publish({ id, key }, { type: 'a.first' });
  await publish({ id, key }, { type: 'a.second' });
  await open(id, 'deliveries?status=failed&eventType=a.second');
  await waitFor(async () => (await page.locator('[data-delivery]').count()) === 1, { timeoutMs: 20_000 });
  await page.getByLabel('Event type').fill('a.first');
  await page.waitForURL((url) => url.searchParams.get('eventType') === 'a.first');
  await page.getByRole('link', { name: 'a.first' }).click();
  await page.getByText('Attempt 2').waitFor();
  await page.getByText('short and stout').last().waitFor();
  receiver.answer(200);
  await press('Deliver again');
  await page.getByText('Attempt 3').waitFor();
  await page.goBack();
  expect(new URL(page.url()).search).toBe('?status=failed&eventType=a.first');
});

it('says of an event why no webhook wanted it', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  const wanted = {
    name: 'Picky',
    url: `${receiver.url}/a`,
    filter: { types: ['a.b'], expression: 'data.n > 5' },
  };
  await portal.caller.subscription(id, key, wanted);
  await publish({ id, key }, { type: 'a.b', data: { n: 1 } });
  await open(id, 'events');
  await page.getByRole('link', { name: 'a.b' }).click();
  await page.getByText('No webhook asked for it').waitFor();
  await press('Check with today’s settings');
  await page.getByText('its condition does not hold').waitFor();
});
