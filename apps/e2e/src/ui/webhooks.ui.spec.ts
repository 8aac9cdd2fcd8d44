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

it('a secret is rotated: the old one goes on for as long as was chosen, both are listed without their text', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  const webhook = await portal.caller.subscription(id, key, { name: 'Rotated', url: `${receiver.url}/a` });
  await open(id, `webhooks/${webhook.id}`);
  await press('New secret');
  await press('Create secret');
  const secret = await secretText();
  expect(secret).toMatch(/^whsec_/);
  // It is shown this once: neither a stray click nor a key takes it away.
  await page.keyboard.press('Escape');
  await page.mouse.click(5, 5);
  expect(await secretText()).toBe(secret);
  await press('I have copied it');
  await page.getByText('valid until').waitFor();
  await publish({ id, key }, { type: 'a.b' });
  const [request] = await receiver.received(1);
  expect(String(request!.headers['webhook-signature']).split(' ')).toHaveLength(2);
  await press('End now');
  await page.getByRole('dialog').getByText('This cannot be undone.').waitFor();
  await press('Cancel');
  await page.getByText('valid until').waitFor();
  await press('End now');
  await page.getByRole('dialog').getByRole('button', { name: 'End now' }).click();
  await page.getByText('valid until').waitFor({ state: 'detached' });
});

it('pauses, resumes, tests, disables after asking, enables and deletes', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  const webhook = await portal.caller.subscription(id, key, { name: 'Ordered', url: `${receiver.url}/a` });
  await open(id, `webhooks/${webhook.id}`);
  await page.getByText('No response in this period.').waitFor();
  await page.getByText('Nothing has been delivered yet.').waitFor();
  await press('Send test event');
  await press('Send');
  await page.getByText(/The receiver answered 200 after/).waitFor();
  expect(receiver.requests).toHaveLength(1);
  await page.keyboard.press('Escape');
  await press('Pause');
  await page.getByText('Paused manually').waitFor();
  await publish({ id, key }, { type: 'a.b' });
  await page.getByText('1 event is waiting.').waitFor();
  await press('Resume');
  await receiver.received(2);
  await page.getByText('Delivers events as they arrive.').waitFor();
  const more = async (name: string) => {
    await press('More actions');
    await page.getByRole('menuitem', { name }).click();
  };
  await more('Disable');
  await press('Cancel');
  await more('Disable');
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await page.getByText('Disabled: events published now').waitFor();
  await press('Enable');
  await page.getByText('Delivers events as they arrive.').waitFor();
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
  await portal.caller.subscription(id, key, body);
  receiver.answer(({ rawBody }) => (rawBody.toString('utf8').includes('"bad"') ? 500 : 200));
  await publish({ id, key }, { type: 'a.b', data: { is: 'bad' } });
  await publish({ id, key }, { type: 'a.b', data: { is: 'good' } });
  // Neither of the two can be tried alone: both lead to the webhook.
  await open(id, 'deliveries?status=waiting');
  const look = async (when: string, why: string) => {
    const row = page.locator('[data-delivery]').filter({ hasText: when });
    await row.getByText('order o-1').waitFor();
    await row.locator('time').waitFor();
    await row.getByRole('link').click();
    await page.getByText(why).waitFor();
    expect(await page.getByRole('button', { name: 'Try now' }).count()).toBe(0);
  };
  await look('next attempt', 'This webhook keeps its order and stopped here.');
  await page.goBack();
  await look('waiting since', 'An earlier delivery has to succeed first.');
  await page.getByRole('link', { name: 'Go to the webhook' }).click();
  await press('Skip event');
  await page.getByText('This cannot be undone').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Skip event' }).click();
  await receiver.received(1, { matching: ({ rawBody }) => rawBody.toString('utf8').includes('"good"') });
  await page.getByText('Delivers events as they arrive.').waitFor();
  await open(id, 'deliveries?status=cancelled');
  await page.getByText('skipped, or its webhook was disabled').waitFor();
  // What was skipped is no failure: a replay of failures says so, and offers the one that has it.
  await open(id, 'replays');
  await press('New replay');
  await press('Count');
  await page.getByText('What was skipped or cancelled does not count as failed.').waitFor();
  await press('Replay all events of a period instead');
  await press('Count');
  await page.getByText('This would send 2 deliveries.').waitFor();
  await page.getByLabel('Until').fill('2020-01-01T00:00');
  await page.getByText('This is before the beginning of the period.').waitFor();
  await page.getByLabel('Until').fill('');
  await press('Count');
  await press('Start replay');
  const replay = page.getByRole('row', { name: 'Strict' });
  await replay
    .getByText(/^1 delivered, 0 failed$|^\d of 2$/)
    .first()
    .waitFor();
  await replay.getByRole('link', { name: 'Show its deliveries' }).click();
  await page.locator('[data-delivery]').getByText('Replay', { exact: true }).first().waitFor();
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
  // Where the filters leave nothing over it is said, and only there.
  for (const path of ['deliveries?eventType=a.third', 'events?type=a.third']) {
    await open(id, path);
    await page.getByText('The filters leave none over.').waitFor();
  }
  const { id: fresh } = await portal.caller.tenant('standard');
  await open(fresh, 'deliveries');
  await page.getByText('No deliveries yet').waitFor();
  await open(fresh, 'events');
  await page.getByText('No events yet').waitFor();
});

it('says of a webhook that something of it is tried again, though new events go through', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  receiver.answer(500);
  const body = { name: 'Moody', url: `${receiver.url}/a`, retryPolicy: { delaysMs: [600_000] } };
  await portal.caller.subscription(id, key, body);
  await publish({ id, key }, { type: 'a.first' });
  await receiver.received(1);
  await open(id, 'webhooks');
  const row = page.getByRole('row', { name: 'Moody' });
  await row.getByText('retrying', { exact: true }).waitFor();
  // Finished is none of it; it is open, and that is said.
  await row.getByText('1 retrying').waitFor();
  await row.getByText('0 delivered, 0 failed').waitFor();
  await page.getByRole('link', { name: 'Moody' }).click();
  await page.getByText('Failed deliveries that are retried: 1. New events are not held up.').waitFor();
  await page.getByText('Not among them: 1 waiting or being retried now.').waitFor();
  await page.getByText('No delivery finished in this period.').waitFor();
  // While it is paused nothing is retried beside what comes: all of it waits, from that moment on.
  const delivery = page.locator('[data-delivery]');
  await delivery.getByText('next attempt').waitFor();
  await press('Pause');
  await page.getByText('Paused manually').waitFor();
  expect(await delivery.getByText('next attempt').count()).toBe(0);
  await page.getByText('1 event is waiting.').waitFor();
  expect(await page.getByText('New events are not held up.').count()).toBe(0);
  await press('Resume');
  await page.getByText('New events are not held up.').waitFor();
  // It waits alone, so it can be tried at once.
  await page.getByRole('link', { name: 'a.first' }).click();
  await press('Try now');
  await receiver.received(2);
  // The newest attempt is what failed last.
  const list = `/v1/tenants/${id}/deliveries`;
  const second = await waitFor(async () => {
    type Listed = { items: [{ id: string }] };
    const { items } = (await portal.caller.call<Listed>('GET', list, { key })).body;
    type Detail = { attempts: { startedAt: string }[] };
    return (await portal.caller.call<Detail>('GET', `${list}/${items[0].id}`, { key })).body.attempts[1];
  });
  await open(id, 'webhooks');
  await row.locator(`time[datetime="${second.startedAt}"]`).waitFor();
});

it('still says when an attempt failed last once everything has been delivered', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  let n = 0;
  receiver.answer(() => (n++ === 0 ? 500 : 200));
  const body = { name: 'Recovered', url: `${receiver.url}/a`, retryPolicy: { delaysMs: [50] } };
  await portal.caller.subscription(id, key, body);
  await publish({ id, key }, { type: 'a.b' });
  await receiver.received(2);
  const list = `/v1/tenants/${id}/deliveries?status=delivered`;
  await waitFor(async () => {
    const { body: listed } = await portal.caller.call<{ items: object[] }>('GET', list, { key });
    return listed.items.length === 1;
  });
  await open(id, 'webhooks');
  const row = page.getByRole('row', { name: 'Recovered' });
  await row.getByText('1 delivered, 0 failed').waitFor({ timeout: 40_000 });
  await row.getByText('delivered since').waitFor();
  // Known by its minute only: no second is made up.
  expect(await row.locator('time').innerText()).toMatch(/, \d{1,2}:\d\d\s[AP]M$/);
});

it('takes a retry that came too late for what it is: nothing is wrong, and nothing is left to do', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  const body = {
    name: 'Late',
    url: `${receiver.url}/a`,
    ordering: 'strict',
    retryPolicy: { delaysMs: [600_000] },
  };
  const webhook = await portal.caller.subscription(id, key, body);
  await publish({ id, key }, { type: 'a.first' });
  await receiver.received(1);
  receiver.answer(500);
  await publish({ id, key }, { type: 'a.b' });
  await open(id, `webhooks/${webhook.id}`);
  await page.getByRole('button', { name: 'Retry now' }).waitFor();
  const refusal = { status: 409, code: 'conflict', detail: 'It is catching up already.' };
  await page.route('**/retry', (route) => route.fulfill({ status: 409, json: refusal }));
  await press('Retry now');
  await page.getByText('There is nothing to retry').waitFor();
  expect(await page.getByRole('alert').filter({ hasText: 'That did not work' }).count()).toBe(0);
  await page.unroute('**/retry');
  // Nor is another attempt of what was delivered promised for now: it waits behind that failure.
  await page.getByRole('link', { name: 'a.first' }).click();
  await press('Deliver again');
  await page.getByText('the attempt waits for its turn').waitFor();
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
  await page.getByText('It went to no webhook: ').waitFor();
  await press('Check against current settings');
  await page.getByText('its condition is not met').waitFor();
});
