import { waitFor } from '@posthorn/testing';
import type { Page } from 'playwright-core';
import { Portal } from '../testing/portal.js';

let portal: Portal;
const tenantId = '596ad63d-efa1-426e-dd93-08d9fa9598be';

beforeAll(async () => {
  portal = await Portal.open();
  await portal.caller.tenant('brz365', tenantId);
}, 120_000);
afterAll(() => portal.close(), 60_000);

const statusWords = async (page: Page): Promise<string> =>
  (await page.getByTestId('status-words').textContent()) ?? '';

type Arrived = {
  n: number;
  kind: string;
  event: { entity: { id: string } } | null;
  answer: { status: number | null };
};

/** Entities that the receiver accepted, in the order they arrived. */
async function arrived(page: Page): Promise<string[]> {
  const response = await page.request.get('/dev/receiver/api/first');
  const { requests } = (await response.json()) as { requests: Arrived[] };
  return requests
    .filter(({ kind, answer }) => kind === 'delivery' && answer.status === 200)
    .sort((a, b) => a.n - b.n)
    .map(({ event }) => event!.entity.id);
}

async function behave(receiver: Page, text: string): Promise<void> {
  await receiver.getByText(text, { exact: true }).click();
  await receiver.locator(`label:has-text("${text}")[data-active]`).waitFor();
}

async function publish(receiver: Page, n: number): Promise<void> {
  await receiver.getByRole('textbox', { name: 'How many' }).fill(String(n));
  await receiver.getByRole('button', { name: 'Publish an event' }).click();
  await receiver.getByText(`${n} published.`).first().waitFor();
}

it('a first-time visitor sees an event arrive, a failure pause the webhook, and all that waited come in order', async () => {
  // Logs in.
  const page = await portal.page();
  const refused: string[] = [];
  page.on('response', (answer) => answer.status() === 401 && refused.push(answer.url()));
  await page.goto('/');
  await portal.logIn(page, await portal.person('operator'));
  // Before a first log-in there is nobody to be asked for.
  expect(refused).toEqual([]);
  await page.getByRole('link', { name: tenantId }).click();

  // Registers the webhook of BRZ 365's documentation against the test receiver.
  await page.getByRole('link', { name: 'New webhook' }).first().click();
  await page.getByLabel('Webhook Name').fill('ERP sync');
  await page.getByLabel('Authorization header').fill('your-secret-value-for-the-registered-webhook');
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByLabel('BusinessPartner: create').check();
  await page.getByLabel('BusinessPartner: change').check();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('The receiver answered. Saved.').waitFor();
  await page.getByRole('heading', { name: 'ERP sync' }).waitFor();
  expect(await statusWords(page)).toBe('Delivers events as they arrive.');

  // Sees an event arrive.
  const receiver = await page.context().newPage();
  await receiver.goto('/dev/receiver');
  await publish(receiver, 1);
  await receiver.getByText('signature valid').first().waitFor();
  const [first] = await arrived(receiver);
  expect(first).toBeDefined();
  await page.getByText('delivered').first().waitFor();

  // Makes the receiver fail, and watches the pause and the retries count down.
  await behave(receiver, 'fail (500)');
  await publish(receiver, 4);
  await page.bringToFront();
  await waitFor(
    async () => (await statusWords(page)).includes('1 event is being retried, 3 wait behind it in order'),
    {
      timeoutMs: 20_000,
    },
  );
  const attempts = new Set<string>();
  const times = new Set<string>();
  await waitFor(
    async () => {
      const said = /(\d+) of 11 attempts failed, next one in (\d+:\d\d)/.exec(await statusWords(page));
      if (said) {
        attempts.add(said[1]!);
        times.add(said[2]!);
      }
      return attempts.size >= 3 && times.size >= 4;
    },
    { timeoutMs: 40_000, message: () => `attempts ${[...attempts]}, times ${[...times]}` },
  );
  expect(await arrived(receiver)).toEqual([first]);

  // Lets it recover: what waited arrives, in the order it was published.
  await receiver.bringToFront();
  await behave(receiver, 'answer 200');
  await page.bringToFront();
  await page.getByRole('button', { name: 'Retry now' }).click();
  await waitFor(async () => (await arrived(receiver)).length === 5, { timeoutMs: 40_000 });
  await waitFor(async () => (await statusWords(page)) === 'Delivers events as they arrive.', {
    timeoutMs: 20_000,
  });
  const events = await portal.caller.call<{ items: { entity: { id: string }; seq: number }[] }>(
    'GET',
    `/v1/tenants/${tenantId}/events?limit=50`,
    { key: portal.product.adminKey },
  );
  const published = events.body.items.sort((a, b) => a.seq - b.seq).map(({ entity }) => entity.id);
  expect(await arrived(receiver)).toEqual(published);
  expect(portal.complaints).toEqual([]);
});
