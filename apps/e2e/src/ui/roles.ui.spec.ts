import type { Page } from 'playwright-core';
import { axeOf, Portal, settled } from '../testing/portal.js';

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

it('says of a wrong current password that it is wrong, and of a right one that it is changed', async () => {
  const page = await portal.page();
  const person = await portal.person('tenant-viewer', tenant.id);
  await portal.logIn(page, person);
  await page.getByRole('button', { name: 'Kim' }).click();
  await page.getByRole('menuitem', { name: 'Change password' }).click();
  const dialog = page.getByRole('dialog');
  const [current, next] = [dialog.locator('input[name=current]'), dialog.locator('input[name=new]')];
  await current.fill('not the password');
  await next.fill('another password of mine');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('This is not your current password.').waitFor();
  expect(await dialog.getByRole('alert').count()).toBe(0);
  await current.fill(person.password);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The password is changed.').waitFor();
  expect(await dialog.count()).toBe(0);
});

it('refuses a viewer the forms that a link leads to, in words', async () => {
  const page = await portal.page();
  await portal.logIn(page, await portal.person('tenant-viewer', tenant.id));
  await page.goto(at('webhooks/new'));
  await page.getByText('You can view this, but not change it.').waitFor();
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
  await page.getByText('The e-mail address or password is wrong.').waitFor();
  await portal.logIn(page, await portal.person('tenant-viewer', tenant.id));
  await page.getByRole('heading', { name: 'Deliveries', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Kim' }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.locator('input[type=email]').waitFor();
  // Whoever comes next does not begin where this one was.
  expect(new URL(page.url()).search).toBe('');
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
  await page
    .getByText('Your session has ended. Its time may be over, or somebody changed your role')
    .waitFor();
  await portal.logIn(page, person);
  await page.waitForURL((url) => url.pathname + url.search === place);
  await page.getByRole('heading', { name: 'Deliveries', exact: true }).waitFor();
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
  await other.getByText('This link has expired or was already used.').waitFor();
});

it('keeps a tenant from the pages of another one', async () => {
  const page = await portal.page();
  const foreign = await portal.caller.tenant('standard');
  await portal.logIn(page, await portal.person('tenant-admin', tenant.id));
  await page.goto(`/t/${foreign.id}/webhooks`);
  await page.getByText(`There is no tenant “${foreign.id}”, or it is not yours to see.`).waitFor();
  await page.getByRole('link', { name: 'Go to the start page' }).click();
  await page.waitForURL((url) => url.pathname === at('webhooks'));
});

it('lets an administrator rename his tenant, whose id stays, and no viewer', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  const page = await portal.page();
  await portal.logIn(page, await portal.person('tenant-admin', id));
  await page.getByRole('button', { name: 'Rename this tenant' }).click();
  const dialog = page.getByRole('dialog');
  const before = await dialog.getByLabel('Name').inputValue();
  await dialog.getByLabel('Name').fill('Holzbau Linz');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('navigation').getByText('Holzbau Linz').waitFor();
  const { body } = await portal.caller.call('GET', `/v1/tenants/${id}`, { key });
  expect(body).toMatchObject({ id, name: 'Holzbau Linz' });
  await page.goto(`/t/${id}/audit`);
  const entry = (what: string) => page.getByRole('row').filter({ hasText: what });
  await entry('Tenant: renamed').getByText(`${before} → Holzbau Linz`, { exact: true }).waitFor();
  await entry('Tenant: created').getByText(before, { exact: true }).waitFor();
  const other = await portal.page();
  await portal.logIn(other, await portal.person('tenant-viewer', id));
  await other.getByRole('navigation').getByText('Holzbau Linz').waitFor();
  expect(await other.getByRole('button', { name: 'Rename this tenant' }).count()).toBe(0);
});

it('lets an operator delete a tenant with what the log holds of it, once its id is typed, and nobody else', async () => {
  const { id, key } = await portal.caller.tenant('standard');
  const admin = await portal.page();
  await portal.logIn(admin, await portal.person('tenant-admin', id));
  await admin.getByRole('button', { name: 'Rename this tenant' }).click();
  await admin.getByRole('dialog').getByRole('button', { name: 'Save' }).waitFor();
  expect(await admin.getByRole('button', { name: 'Delete this tenant' }).count()).toBe(0);
  const page = await portal.page();
  await portal.logIn(page, await portal.person('operator'));
  await page.goto(`/t/${id}/webhooks`);
  await page.getByRole('button', { name: 'Rename this tenant' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete this tenant' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete “' });
  const remove = dialog.getByRole('button', { name: 'Delete this tenant' });
  await dialog.getByLabel('Type the tenant’s id to confirm').fill(id.slice(1));
  expect(await remove.isDisabled()).toBe(true);
  await dialog.getByLabel('Type the tenant’s id to confirm').fill(id);
  await dialog.getByLabel('Erase its events and deliveries, too').check();
  expect(await axeOf(page)).toEqual([]);
  const erasure = page.waitForResponse((response) => response.url().endsWith(`/v1/tenants/${id}/erasures`));
  await remove.click();
  expect((await erasure).request().postDataJSON()).toEqual({ tenant: true });
  expect((await erasure).ok()).toBe(true);
  await page.waitForURL((url) => url.pathname === '/tenants');
  await page.getByRole('heading', { name: 'All tenants' }).waitFor();
  expect(await page.getByRole('navigation').getByText('Webhooks', { exact: true }).count()).toBe(0);
  expect((await portal.caller.call('GET', `/v1/tenants/${id}`, { key })).status).toBe(401);
  await admin.goto(`/t/${id}/webhooks`);
  await admin.waitForURL((url) => url.pathname.startsWith('/login'));
});

it('lets an administrator change a role, and make a new password that is shown once and lets its user in', async () => {
  const { id } = await portal.caller.tenant('standard');
  const page = await portal.page();
  await portal.logIn(page, await portal.person('tenant-admin', id));
  const person = await portal.person('tenant-viewer', id);
  await page.goto(`/t/${id}/users`);
  const row = page.getByRole('row', { name: person.email });
  const dialog = page.getByRole('dialog');
  await row.getByRole('button', { name: 'Edit: Kim' }).click();
  await dialog.getByRole('button', { name: 'Make a new password' }).waitFor();
  await dialog.getByLabel('Name').fill('Robin');
  // It would take the place of the form, and the name with it.
  await dialog.getByText('Save your changes first').waitFor();
  expect(await dialog.getByRole('button', { name: 'Make a new password' }).count()).toBe(0);
  await dialog.getByRole('combobox', { name: 'Role' }).click();
  await page.getByRole('option', { name: 'Administrator' }).click();
  await dialog.getByText('Kim is logged out everywhere').waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row.getByText('Administrator').waitFor();
  await row.getByRole('button', { name: 'Edit: Robin' }).click();
  await dialog.getByRole('button', { name: 'Make a new password' }).click();
  const password = (await dialog.getByRole('textbox', { name: 'New password' }).innerText()).trim();
  expect(await axeOf(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  const logIn = (secret: string) =>
    portal.caller.call('POST', '/v1/session', { body: { email: person.email, password: secret } });
  expect([(await logIn(person.password)).status, (await logIn(password)).status]).toEqual([401, 200]);
});
