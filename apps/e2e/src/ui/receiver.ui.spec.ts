import { waitFor } from '@posthorn/testing';
import type { Page } from 'playwright-core';
import { axeOf, Portal, type Look } from '../testing/portal.js';

const secret = 'your-secret-value-for-the-registered-webhook';
const hostile = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';

let portal: Portal;

beforeAll(async () => {
  portal = await Portal.open();
  await portal.caller.tenant('brz365');
}, 120_000);
afterAll(async () => {
  expect(portal.complaints).toEqual([]);
  await portal.close();
}, 60_000);

const hook = (name: string) => `${portal.url}/dev/receiver/hooks/${name}`;
const post = (name: string, body: string, headers: Record<string, string> = {}) =>
  fetch(hook(name), { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
const event = (entityId: string) =>
  JSON.stringify({
    licenseOwnerId: 't',
    event: 'create',
    entityName: 'Order',
    entityId,
    timestamp: '2026-01-01T00:00:00Z',
  });

async function open(name: string, look: Look = {}): Promise<Page> {
  const page = await portal.page(look);
  await portal.logIn(page, await portal.person('operator'));
  await page.goto(`/dev/receiver?hook=${name}`);
  await page.locator('main h1').waitFor();
  await page.getByText(hook(name)).waitFor();
  return page;
}
const line = (page: Page, n: number) => page.locator(`[data-received="${n}"]`);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

it('shows what arrives as it arrives, with its signature and its place, and nothing of it as markup', async () => {
  const page = await open('live');
  await page.getByText('Nothing arrived yet').waitFor();
  await page.getByLabel('Secret to check with').fill(secret);
  await button(page, 'Save').click();
  await page.getByText('One is set. It is not shown.').waitFor();
  await post('live', event('o-1'), { authorization: secret, 'webhook-id': 'evt_1', 'webhook-attempt': '1' });
  await line(page, 1).getByText('signature valid').waitFor();
  await line(page, 1).getByText('event 1', { exact: true }).waitFor();
  await post('live', event('o-1'), { authorization: secret, 'webhook-id': 'evt_1', 'webhook-attempt': '2' });
  await line(page, 2).getByText('repeats event 1').waitFor();
  await post('live', `{"event":"x","data":"${hostile.replaceAll('"', '\\"')}"}`, {
    'x-hostile': hostile,
    authorization: 'wrong',
  });
  await line(page, 3).getByText('signature not valid').waitFor();
  await line(page, 3).click();
  await page.getByRole('region', { name: 'Body' }).getByText('onerror').waitFor();
  await page.getByRole('region', { name: 'Request' }).getByText('x-hostile').waitFor();
  expect(await page.evaluate('window.pwned')).toBeUndefined();
  expect(await page.locator('main img, main script').count()).toBe(0);
  await post('live', event('o-2'));
  await line(page, 4).getByText('not signed').waitFor();
  // What was opened stays open when more comes.
  expect(await page.getByRole('region', { name: 'Body' }).isVisible()).toBe(true);
  expect(await page.locator('[data-count=accepted]').innerText()).toBe('4');
  expect(await page.content()).not.toContain(`value="${secret}"`);
  await button(page, 'Clear').click();
  await page.getByText('Nothing arrived yet').waitFor();
});

it('does what it is told: fails, is gone, fails the next, answers late, hangs, and recovers', async () => {
  const page = await open('told');
  const choose = async (text: string) => {
    await page.getByText(text, { exact: true }).click();
    await page.locator(`label:has-text("${text}")[data-active]`).waitFor();
  };
  const status = async () => (await post('told', event('o-1'))).status;
  await choose('fail (500)');
  expect(await status()).toBe(500);
  await page.getByRole('textbox', { name: 'Status of a failure' }).fill('503');
  await page.getByRole('textbox', { name: 'Retry-After in seconds' }).fill('7');
  await page.getByRole('textbox', { name: 'Retry-After in seconds' }).press('Enter');
  await waitFor(async () => (await post('told', event('o-1'))).headers.get('retry-after') === '7');
  expect(await status()).toBe(503);
  await choose('be gone (410)');
  expect(await status()).toBe(410);
  await choose('answer 200');
  expect(await status()).toBe(200);
  await page.getByRole('textbox', { name: 'Fail the next' }).fill('2');
  await button(page, 'Fail them').click();
  await page.getByText('2 left').waitFor();
  const statuses = [await status(), await status(), await status()];
  expect([statuses.slice(0, 2).every((one) => one >= 400), statuses[2]]).toEqual([true, 200]);
  await choose('answer late');
  const started = performance.now();
  expect(await status()).toBe(200);
  expect(performance.now() - started).toBeGreaterThanOrEqual(1_990);
  await choose('hang');
  const hanging = fetch(hook('told'), { method: 'POST', body: '{}', signal: AbortSignal.timeout(1_500) });
  await page.getByText('not answered', { exact: true }).waitFor();
  await expect(hanging).rejects.toThrow();
  await page.getByText('not answered, the sender gave up').waitFor();
  await choose('answer 200');
  expect(await status()).toBe(200);
});

it('checks a signature by whichever webhook has the address, and says what is wrong with a type at its field', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  await portal.caller.subscription(id, key, { name: 'Elsewhere', url: hook('elsewhere') });
  const page = await open('elsewhere');
  await portal.caller.publish(key, {
    ...{ tenantId: id, type: 'order.created', timestamp: new Date().toISOString(), data: {} },
    entity: { name: 'order', id: 'o-1' },
  });
  await line(page, 1).getByText('signature valid').waitFor();
  // None is chosen for an operator who was in none; what he was in last, is.
  expect(await button(page, 'Publish an event').isDisabled()).toBe(true);
  await page.goto(`/t/${id}/webhooks`);
  await page.getByRole('link', { name: 'Elsewhere' }).waitFor();
  await page.goto('/dev/receiver?hook=elsewhere');
  await waitFor(async () => (await page.getByRole('combobox', { name: 'Tenant' }).inputValue()) === id);
  await page.getByLabel('Event type').fill('bad type!');
  await button(page, 'Publish an event').click();
  await page.getByText('Must be a dotted name').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  // The buttons of a number have names, and do what they say.
  await button(page, 'How many (at most 50): more').click();
  expect(await page.getByRole('textbox', { name: 'How many' }).inputValue()).toBe('2');
  // The menu of the tenant that it was opened from is the way back.
  await page.getByRole('navigation').getByRole('link', { name: 'Webhooks', exact: true }).click();
  await page.waitForURL(`**/t/${id}/webhooks`);
});

it('has an address for every name, there as soon as it is used', async () => {
  const page = await open('first');
  const name = page.getByRole('combobox', { name: 'Name' });
  await name.fill('Second!');
  await page.getByText('Lowercase letters, digits and dashes').waitFor();
  await name.fill('second');
  await name.press('Enter');
  await page.getByText(hook('second')).waitFor();
  await post('second', event('of-second'));
  await line(page, 1).getByText('of-second').waitFor();
  expect(new URL(page.url()).searchParams.get('hook')).toBe('second');
});

it.each<Look>([{ theme: 'light' }, { theme: 'dark', locale: 'de-DE' }, { theme: 'dark', width: 390 }])(
  'has nothing that axe finds, seen as %j',
  async (look) => {
    await post('axe', event('o-1'), { authorization: 'x', 'webhook-id': 'evt_1', 'webhook-attempt': '1' });
    const page = await open('axe', look);
    await line(page, 1).click();
    await page.waitForLoadState('load');
    expect(await axeOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  },
);
