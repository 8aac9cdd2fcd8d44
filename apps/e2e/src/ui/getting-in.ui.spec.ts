import type { Page, Request, Route } from 'playwright-core';
import { axeOf, Portal } from '../testing/portal.js';

let portal: Portal;
let tenant: { id: string; key: string };

beforeAll(async () => {
  portal = await Portal.open();
  tenant = await portal.caller.tenant('standard');
}, 120_000);
afterAll(async () => {
  expect(portal.complaints).toEqual([]);
  await portal.close();
}, 60_000);

const link = '/v1/session/link';
const over = 'This link has expired or was already used.';

async function newToken(): Promise<string> {
  const path = `/v1/tenants/${tenant.id}/portal-links`;
  const { body } = await portal.caller.call('POST', path, { key: tenant.key, body: {} });
  return String(body['token']);
}

const isIn = (page: Page) => page.waitForURL((url) => url.pathname === `/t/${tenant.id}/webhooks`);
const keyOf = (request: Request) => request.headers()['idempotency-key'];

/** The keys under which links are used on a page, as they go out. */
function usesOf(page: Page): (string | undefined)[] {
  const keys: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === link) keys.push(keyOf(request));
  });
  return keys;
}

describe('a one-time link', () => {
  it('lets its holder in though the answer was lost that used it', async () => {
    const page = await portal.page();
    const uses = usesOf(page);
    const token = await newToken();
    const lose = async (route: Route) => {
      const headers = { 'idempotency-key': keyOf(route.request()) ?? '' };
      const { status } = await portal.caller.call('POST', link, { body: { token }, headers });
      expect(status).toBe(200);
      await route.abort();
    };
    await page.route(`**${link}`, lose, { times: 1 });
    await page.goto(`/link#${token}`);
    await isIn(page);
    expect(uses).toEqual([expect.stringMatching(/^\S{24}$/), uses[0]]);
    // It was used: another page has another key.
    const other = await portal.page();
    await other.goto(`/link#${token}`);
    await other.getByText(over).waitFor();
  });

  it('is not over because Posthorn did not say afterwards who is logged in', async () => {
    const page = await portal.page();
    const uses = usesOf(page);
    await page.route('**/v1/session', (route) => route.fulfill({ status: 503, body: '' }), { times: 1 });
    await page.goto(`/link#${await newToken()}`);
    await isIn(page);
    expect(uses).toEqual([uses[0], uses[0]]);
  });

  it('can be tried again where Posthorn cannot be reached, and is not said to be over', async () => {
    const page = await portal.page();
    const uses = usesOf(page);
    await page.route(`**${link}`, (route) => route.abort());
    await page.goto(`/link#${await newToken()}`);
    await page.getByText('Stay on this page and try again').waitFor();
    await page.getByText('Posthorn cannot be reached.').waitFor();
    expect(await page.getByText(over).count()).toBe(0);
    expect(await axeOf(page)).toEqual([]);
    expect(uses).toHaveLength(4);
    await page.unroute(`**${link}`);
    await page.getByRole('button', { name: 'Try again' }).click();
    await isIn(page);
    expect(new Set(uses).size).toBe(1);
  });

  it('is said to be damaged where it is, without asking; a whole one in the same tab is used', async () => {
    const page = await portal.page();
    const uses = usesOf(page);
    for (const damaged of ['#pl_%', '', `#${'x'.repeat(101)}`]) {
      await page.goto(`/link${damaged}`);
      await page.getByText('This link is damaged or not complete.').waitFor();
      await page.getByRole('link', { name: 'Log in' }).waitFor();
    }
    // Only what may be a token is asked for.
    expect(uses).toHaveLength(1);
    await page.goto(`/link#${await newToken()}`);
    await isIn(page);
  });
});

describe('logging out', () => {
  const press = async (page: Page) => {
    await page.getByRole('banner').getByRole('button', { name: 'Kim' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
  };

  it('says when it failed that the session goes on, and can be tried again', async () => {
    const page = await portal.page();
    await portal.logIn(page, await portal.person('tenant-admin', tenant.id));
    await isIn(page);
    await page.route('**/v1/session', (route) =>
      route.request().method() === 'DELETE' ? route.abort() : route.continue(),
    );
    await press(page);
    const dialog = page.getByRole('dialog', { name: 'You are still logged in' });
    await dialog.getByText('Whoever uses this browser after you can go on in your name.').waitFor();
    await dialog.getByText('Posthorn cannot be reached.').waitFor();
    expect(await axeOf(page)).toEqual([]);
    await page.unroute('**/v1/session');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await page.locator('input[type=email]').waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });

  it('cuts off what is being asked before, so that no late answer renews the session', async () => {
    const page = await portal.page();
    await portal.logIn(page, await portal.person('tenant-admin', tenant.id));
    await isIn(page);
    const asking = /\/v1\/tenants\/[^/]+\/subscriptions/;
    // In the order in which the page does it; what the network says of it comes in another one.
    await page.addInitScript(`
      const { fetch: ask } = window;
      window.seen = [];
      window.fetch = (address, init) => {
        if (${String(asking)}.test(address)) init.signal.addEventListener('abort', () => seen.push('cut off'));
        if (init.method === 'DELETE') seen.push('logged out');
        return ask(address, init);
      };`);
    // Never answered.
    await page.route(asking, () => undefined);
    const asked = page.waitForRequest(asking);
    await page.reload();
    await asked;
    await press(page);
    await page.locator('input[type=email]').waitFor();
    const seen = (await page.evaluate('window.seen')) as string[];
    expect([seen[0], seen.indexOf('logged out') > 0]).toEqual(['cut off', true]);
  });
});
