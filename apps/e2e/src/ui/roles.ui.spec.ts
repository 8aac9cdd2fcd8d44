import type { Page } from 'playwright-core';
import { Portal, settled } from '../testing/portal.js';

let portal: Portal;
let tenant: { id: string; key: string };
let webhookId: string;

beforeAll(async () => {
  portal = await Portal.open();
  tenant = await portal.caller.tenant('standard');
  const url = `${portal.url}/dev/receiver/hooks/first`;
  ({ id: webhookId } = await portal.caller.subscription(tenant.id, tenant.key, { name: 'One', url }));
}, 120_000);
afterAll(() => portal.close(), 60_000);

const at = (path: string) => `/t/${tenant.id}/${path}`;

/** Pages where an administrator has something to press that changes things. */
const pages = () => [
  at('webhooks'),
  at(`webhooks/${webhookId}`),
  at('replays'),
  at('keys'),
  at('users'),
  at('event-types'),
];

/** What can be pressed or followed on a page, apart from the frame. */
async function controls(page: Page, path: string): Promise<string[]> {
  await page.goto(path);
  await settled(page);
  const found = page.locator('main').locator('button, a[href]');
  return (await found.allInnerTexts()).map((text) => text.trim()).filter((text) => text !== '');
}

const changing =
  /^(New|Create|Edit|Pause|Resume|Retry|Skip|Disable|Enable|Delete|Send|Revoke|Remove|Make|One-time|Deliver|⋯)/;

it('shows a viewer no button that the API would refuse, and an administrator those of every page', async () => {
  const seen: Record<string, string[]> = {};
  for (const role of ['tenant-viewer', 'tenant-admin'] as const) {
    const page = await portal.page();
    await portal.logIn(page, await portal.person(role, tenant.id));
    const refused: string[] = [];
    page.on('response', (response) => {
      if (response.status() === 403) refused.push(response.url());
    });
    seen[role] = [];
    for (const path of pages()) {
      const found = (await controls(page, path)).filter((text) => changing.test(text));
      if (role === 'tenant-viewer') expect([path, found]).toEqual([path, []]);
      else expect([path, found.length > 0]).toEqual([path, true]);
      seen[role].push(...found);
    }
    expect(refused).toEqual([]);
  }
  expect(seen['tenant-admin']).toEqual(expect.arrayContaining(['New webhook', 'Pause', 'New secret']));
});

it('refuses a viewer the forms that a link leads to, in words', async () => {
  const page = await portal.page();
  await portal.logIn(page, await portal.person('tenant-viewer', tenant.id));
  await page.goto(at('webhooks/new'));
  await page.getByText('You may look at this, but not change it.').waitFor();
  expect(await page.locator('form').count()).toBe(0);
});

it('says nothing of an ended session to whoever was never logged in, or has logged out', async () => {
  const page = await portal.page();
  await page.goto(at('deliveries'));
  await page.locator('input[type=email]').waitFor();
  expect(await page.getByText('Your session has ended.').count()).toBe(0);
  await page.locator('input[type=email]').fill('nobody@people.example');
  await page.locator('input[type=password]').fill('not the password');
  await page.locator('button[type=submit]').click();
  await page.getByText('E-mail address or password are wrong.').waitFor();
  await portal.logIn(page, await portal.person('tenant-viewer', tenant.id));
  await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
  await page.getByRole('button', { name: 'Viewer' }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.locator('input[type=email]').waitFor();
  expect(await page.getByText('Your session has ended.').count()).toBe(0);
});

it('leads an expired session to the login, and after it back to where it was', async () => {
  const page = await portal.page();
  const person = await portal.person('tenant-admin', tenant.id);
  await portal.logIn(page, person);
  const place = at('deliveries?status=failed&eventType=a.b');
  await page.goto(place);
  await page.locator('main h1').waitFor();
  await page.context().clearCookies();
  // The page asks again by itself, and learns that nobody is logged in any more.
  await page.waitForURL((url) => url.pathname === '/login');
  await page.getByText('Your session has ended.').waitFor();
  await portal.logIn(page, person);
  await page.waitForURL((url) => url.pathname + url.search === place);
  await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
});

it('lets somebody in by a one-time link, once, and keeps its token out of the address', async () => {
  const path = `/v1/tenants/${tenant.id}/portal-links`;
  const { body } = await portal.caller.call('POST', path, {
    key: tenant.key,
    body: { role: 'tenant-viewer' },
  });
  const page = await portal.page();
  await page.goto(`/link#${String(body['token'])}`);
  await page.waitForURL((url) => url.pathname === at('webhooks'));
  const other = await portal.page();
  await other.goto(`/link#${String(body['token'])}`);
  await other.getByText('This link was used already, or is over.').waitFor();
});

it('keeps a tenant from the pages of another one', async () => {
  const page = await portal.page();
  const foreign = await portal.caller.tenant('standard');
  await portal.logIn(page, await portal.person('tenant-admin', tenant.id));
  await page.goto(`/t/${foreign.id}/webhooks`);
  await page.getByText('This is not there (any more), or not for you.').waitFor();
});
