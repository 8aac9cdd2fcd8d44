import { readFileSync } from 'node:fs';
import { Receiver, waitFor } from '@posthorn/testing';
import type { Locator, Page } from 'playwright-core';
import { axeOf, Portal } from '../testing/portal.js';

let portal: Portal;
let receiver: Receiver;
let tenant: { id: string; key: string };
let hook: { id: string };
let page: Page;

/** More than a list shows at once. */
const events = 60;

beforeAll(async () => {
  portal = await Portal.open();
  receiver = await Receiver.start();
  tenant = await portal.caller.tenant('standard');
  hook = await portal.caller.subscription(tenant.id, tenant.key, { name: 'Shop', url: receiver.url });
  await publish('first', events);
  await receiver.received(events, { timeoutMs: 30_000 });
  page = await portal.page();
  await portal.logIn(page, await portal.person('operator'));
}, 120_000);
afterAll(async () => {
  expect(portal.complaints).toEqual([]);
  await portal.close();
  await receiver.close();
}, 60_000);
beforeEach(() => receiver.answer(200));

async function publish(name: string, n: number, { id, key } = tenant): Promise<void> {
  const timestamp = new Date().toISOString();
  const of = (i: number) => ({
    tenantId: id,
    type: `a.${name}`,
    entity: { name: 'a', id: `${i}` },
    timestamp,
  });
  const { status } = await portal.caller.publish(
    key,
    Array.from({ length: n }, (_, i) => of(i)),
  );
  expect(status).toBe(202);
}

const open = (path: string, { id } = tenant) => page.goto(`/t/${id}/${path}`);
const press = (name: string, within: Page | Locator = page) =>
  within.getByRole('button', { name, exact: true }).click();
const rows = () => page.locator('[data-delivery]');
const topOf = (row: Locator) => row.evaluate((element) => element.getBoundingClientRect().top);

it('draws how much was delivered and how long answers took, for an hour, a day and thirty days', async () => {
  await open(`webhooks/${hook.id}`);
  const bars = page.locator('.recharts-bar-rectangle path');
  // A line of one point is a dot.
  const lines = page.locator('.recharts-line-curve, .recharts-line-dot');
  for (const span of ['hour', 'day', '30 days']) {
    await page.getByText(span, { exact: true }).click();
    await bars.first().waitFor({ timeout: 30_000 });
    await lines.nth(2).waitFor();
    const heights = await bars.evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().height));
    expect(Math.max(...heights)).toBeGreaterThan(20);
  }
});

it('streams deliveries in at the top, and what is read further down stays where it is', async () => {
  await open('deliveries');
  await waitFor(async () => (await rows().count()) === 50, { timeoutMs: 20_000 });
  const read = rows().nth(30);
  const id = await read.getAttribute('data-delivery');
  const same = page.locator(`[data-delivery="${id}"]`);
  await read.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const top = await topOf(same);
  await publish('second', 3);
  await page.getByText('a.second').first().waitFor({ state: 'attached' });
  expect(Math.abs((await topOf(same)) - top)).toBeLessThan(2);

  await press('Show more');
  await waitFor(async () => (await rows().count()) === events + 3);
  await rows()
    .nth(50)
    .evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const [last, before] = [rows().nth(50), await topOf(rows().nth(50))];
  const asked: string[] = [];
  page.on('request', (request) => void asked.push(request.url()));
  await publish('third', 3);
  await receiver.received(events + 6);
  // The stream has told it: what else the page shows was asked for anew, the list was not.
  await page.waitForTimeout(3_000);
  expect(asked.filter((url) => /\/deliveries\?/.test(url))).toEqual([]);
  expect([await rows().count(), await topOf(last)]).toEqual([events + 3, before]);
});

it('exports what the filters show, as a file', async () => {
  await open('deliveries?eventType=a.second');
  await waitFor(async () => (await rows().count()) === 3);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export as CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.csv$/);
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split(/\r?\n/);
  expect(lines[0]).toMatch(/^id,/);
  expect(lines.slice(1).map((line) => line.includes('a.second'))).toEqual([true, true, true]);
  // A period that ends before it begins holds nothing, and that is said; filters are reset at once.
  await open('deliveries?from=2026-01-02T00:00:00.000Z&to=2026-01-01T00:00:00.000Z');
  await page.getByText('This is before the beginning of the period.').waitFor();
  await press('Reset filters');
  await page.waitForURL((url) => url.search === '');
  await rows().first().waitFor();
});

it('replays what failed: counted first, then started, with its progress to the end', async () => {
  const other = await portal.caller.tenant('standard');
  const body = { name: 'Failing', url: `${receiver.url}/failing`, retryPolicy: { delaysMs: [50] } };
  await portal.caller.subscription(other.id, other.key, body);
  receiver.answer(500);
  await publish('lost', 3, other);
  await open('deliveries?status=failed', other);
  await waitFor(async () => (await rows().count()) === 3, { timeoutMs: 20_000 });
  receiver.answer(200);
  const sent = receiver.requests.length;
  await open('replays', other);
  await page.getByText('No replay yet').waitFor();
  await press('New replay');
  // Every field has a name of its own.
  const labels = await page.getByRole('dialog').locator('label').allInnerTexts();
  expect(new Set(labels).size).toBe(labels.length);
  expect(await page.getByRole('button', { name: 'Start replay' }).count()).toBe(0);
  await press('Count');
  await page.getByText('This would send 3 deliveries.').waitFor();
  expect(receiver.requests).toHaveLength(sent);
  await press('Start replay');
  const row = page.getByRole('row', { name: 'Failing' });
  await row.getByText('3 of 3').waitFor({ timeout: 30_000 });
  await row.getByText('done', { exact: true }).waitFor({ timeout: 30_000 });
  expect(receiver.requests).toHaveLength(sent + 3);
  await open('audit', other);
  const entry = page.getByRole('row').filter({ hasText: 'Replay: created' });
  await entry.getByRole('link', { name: 'Failing' }).click();
  await row.getByText('3 of 3').waitFor();
});

it('cancels a replay that is under way', async () => {
  receiver.answer(() => ({ never: true }));
  await open('replays');
  await press('New replay');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What').first().click();
  await page.getByRole('option', { name: 'All events of a period' }).click();
  expect(await dialog.getByRole('button', { name: 'Count' }).isDisabled()).toBe(true);
  await dialog.getByLabel('From').fill(new Date(Date.now() - 2 * 3_600_000).toISOString().slice(0, 16));
  await press('Count', dialog);
  await page.getByText(`This would send ${events + 6} deliveries.`).waitFor();
  await press('Start replay', dialog);
  const row = page.getByRole('row', { name: 'Shop' });
  await row.getByText(`of ${events + 6}`).waitFor({ timeout: 30_000 });
  await press('Cancel replay', row);
  await press('Cancel replay', page.getByRole('dialog'));
  await row.getByText('cancelled').waitFor({ timeout: 30_000 });
  expect(await row.getByRole('button').count()).toBe(0);
});

it('asks for little however much happens to a tenant with thirty webhooks', async () => {
  const many = await portal.caller.tenant('standard');
  for (let n = 0; n < 30; n++)
    await portal.caller.subscription(many.id, many.key, { name: `Hook ${n}`, url: `${receiver.url}/${n}` });
  const statuses: number[] = [];
  await open('webhooks', many);
  await page.getByRole('link', { name: 'Hook 29' }).waitFor();
  await page.waitForLoadState('networkidle');
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.startsWith('/v1/')) statuses.push(response.status());
  });
  const sent = receiver.requests.length;
  for (let n = 0; n < 10; n++) await publish(`burst-${n}`, 2, many);
  await receiver.received(sent + 600, { timeoutMs: 30_000 });
  await page.waitForTimeout(1_000);
  expect(statuses.filter((status) => status === 429)).toEqual([]);
  // Two lists a second, and the rows' own numbers once at most: no attempt asks by itself.
  expect(statuses.length).toBeLessThan(100);
});

/** Held up by an event that fails, with a secret that still goes on beside the new one. */
async function stuckWebhook(): Promise<string> {
  receiver.answer(({ url }) => (url === '/stuck' ? 500 : 200));
  const { id, key } = tenant;
  const body = { name: 'Stuck', url: `${receiver.url}/stuck`, ordering: 'strict' };
  const policy = { filter: { types: ['a.stuck'] }, retryPolicy: { delaysMs: [3_600_000] } };
  const webhook = await portal.caller.subscription(id, key, { ...body, ...policy });
  const secrets = `/v1/tenants/${id}/subscriptions/${webhook.id}/secrets`;
  const rotated = await portal.caller.call('POST', secrets, { key, body: { overlapS: 3_600 } });
  expect(rotated.status).toBe(201);
  await publish('stuck', 1);
  await receiver.received(1, { matching: ({ url }) => url === '/stuck' });
  return webhook.id;
}

it.each(['light', 'dark'] as const)('has dialogs that axe finds nothing in (%s)', async (theme) => {
  const themed = await portal.page({ theme, ...(theme === 'dark' ? { locale: 'de-DE' } : {}) });
  await portal.logIn(themed, await portal.person('operator'));
  const at = (path: string) => themed.goto(`/t/${tenant.id}/${path}`);
  const click = (name: RegExp) => themed.getByRole('button', { name }).first().click();
  await portal.person('tenant-viewer', tenant.id);
  const stuck = await stuckWebhook();
  const dialogs: [name: string, show: () => Promise<unknown>, path?: string][] = [
    ['skip', () => click(/^(Skip event|Ereignis überspringen)$/), `webhooks/${stuck}`],
    ['end secret', () => click(/^(End now|Jetzt beenden)$/), `webhooks/${stuck}`],
    ['remove user', () => click(/^(Remove|Entfernen): /), 'users'],
    ['revoke key', () => click(/^(Revoke|Widerrufen): /), 'keys'],
    [
      'leave',
      async () => {
        await themed.locator('input[name=name]').fill('Half');
        await themed.getByRole('link', { name: /^(Events|Ereignisse)$/ }).click();
      },
      'webhooks/new',
    ],
    [
      'replay wizard',
      () => themed.getByRole('button', { name: /^(New replay|Neue Nachlieferung)$/ }).click(),
    ],
    ['test event', () => themed.getByRole('button', { name: /^(Send test|Testereignis)/ }).click()],
    ['new secret', () => themed.getByRole('button', { name: /^(New secret|Neues Geheimnis)$/ }).click()],
    [
      'password',
      async () => {
        await themed.getByRole('button', { name: 'Kim', exact: true }).click();
        await themed.getByRole('menuitem', { name: /^(Change password|Passwort ändern)$/ }).click();
      },
    ],
    ['disable', () => menu(/^(Disable|Abschalten)$/)],
    ['delete', () => menu(/^(Delete|Löschen)$/)],
  ];
  const menu = async (name: RegExp) => {
    await themed.getByRole('button', { name: /^(More actions|Weitere Aktionen)$/ }).click();
    await themed.getByRole('menuitem', { name }).click();
  };
  for (const [name, show, path = name === 'replay wizard' ? 'replays' : `webhooks/${hook.id}`] of dialogs) {
    await at(path);
    await show();
    await themed.getByRole('dialog').waitFor();
    // Where a menu led to it, that one has to be gone.
    await themed.getByRole('menu').waitFor({ state: 'detached' });
    await themed.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished))');
    expect([name, await axeOf(themed)]).toEqual([name, []]);
  }
});
