import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { waitFor } from '@posthorn/testing';
import type { Page } from 'playwright-core';
import { axeOf, Portal, settled } from '../testing/portal.js';

const shots = join(import.meta.dirname, '../../../../docs/screenshots');
/** UI_SCREENSHOTS=1 writes docs/screenshots anew. */
const wantsShots = process.env['UI_SCREENSHOTS'] !== undefined;
const shown = ['overview', 'webhooks', 'new-brz365', 'webhook-failing', 'deliveries', 'delivery', 'receiver'];
/** In the other theme and on a phone, one is enough. */
const shownElsewhere = ['webhook-failing'];
const scriptBudget = 250_000;

let portal: Portal;
let brz: { id: string; key: string };
let vendor: { id: string; key: string };
const pages: [name: string, path: string][] = [];

beforeAll(async () => {
  portal = await Portal.open();
  brz = await portal.caller.tenant('brz365', 'musterbau', 'Musterbau GmbH');
  vendor = await portal.caller.tenant('brutlers', 'schreinerei-huber', 'Schreinerei Huber');
  await fill();
}, 120_000);
afterAll(() => portal.close(), 60_000);

/** One webhook that does well, one that is paused by a failing receiver, and events that nobody wants. */
async function fill(): Promise<void> {
  const { caller } = portal;
  const url = `${portal.url}/dev/receiver/hooks/first`;
  const good = await caller.subscription(brz.id, brz.key, {
    name: 'ERP',
    url,
    auth: { authorization: 'a secret value' },
    filter: { entities: [{ name: 'BusinessPartner', changes: ['create', 'change'] }] },
  });
  const bad = await caller.subscription(vendor.id, vendor.key, {
    name: 'Lager',
    url: `${portal.url}/health/nothing-here`,
    filter: { types: ['order.created'] },
  });
  for (let n = 1; n <= 3; n++) {
    const event = (tenantId: string, type: string, name: string) => ({
      tenantId,
      type,
      entity: { name, id: `${name}-${n}` },
      timestamp: new Date().toISOString(),
      data: { n },
    });
    await caller.publish(brz.key, event(brz.id, 'BusinessPartner.change', 'BusinessPartner'));
    await caller.publish(vendor.key, event(vendor.id, 'order.created', 'order'));
    await caller.publish(vendor.key, event(vendor.id, 'order.status_changed', 'order'));
  }
  const list = `/v1/tenants/${encodeURIComponent(vendor.id)}/deliveries`;
  type Listed = { id: string; eventId: string; attemptCount: number };
  const [delivery] = await waitFor(async () => {
    const { body } = await caller.call<{ items: Listed[] }>('GET', list, { key: vendor.key });
    return body.items.some(({ attemptCount }) => attemptCount > 0) ? body.items : undefined;
  });
  const [b, v] = [brz, vendor].map(({ id }) => `/t/${encodeURIComponent(id)}`);
  pages.push(
    ['link', '/link#used'],
    ['login', '/login'],
    ['overview', '/tenants'],
    ['operators', '/operators'],
  );
  pages.push(['receiver', '/dev/receiver'], ['not-found', '/nowhere']);
  pages.push(['webhooks', `${b}/webhooks`], ['new-brz365', `${b}/webhooks/new`]);
  pages.push(['webhook', `${b}/webhooks/${good.id}`], ['edit', `${b}/webhooks/${good.id}/edit`]);
  pages.push(['new-brutlers', `${v}/webhooks/new`], ['webhook-failing', `${v}/webhooks/${bad.id}`]);
  pages.push(['deliveries', `${v}/deliveries`], ['delivery', `${v}/deliveries/${delivery!.id}`]);
  pages.push(['events', `${v}/events`], ['event', `${v}/events/${delivery!.eventId}`]);
  for (const name of ['replays', 'event-types', 'keys', 'users', 'audit']) pages.push([name, `${v}/${name}`]);
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await settled(page);
}

/** How far things moved by themselves after they were first seen; 0.1 is what is called good. */
const shiftOf = (page: Page): Promise<number> =>
  page.evaluate(`new Promise((resolve) => {
    let sum = 0;
    const note = (list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value; };
    new PerformanceObserver(note).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => resolve(sum), 50);
  })`);

it.each([
  ['light', 'en-US', 1280],
  ['dark', 'de-DE', 1280],
  ['light', 'de-DE', 390],
] as const)(
  'axe finds nothing on any page (%s, %s, %i wide), and nothing moves',
  async (theme, locale, width) => {
    const page = await portal.page({ theme, locale, width });
    const found: string[] = [];
    const operator = await portal.person('operator');
    if (wantsShots) mkdirSync(shots, { recursive: true });
    for (const [name, path] of pages) {
      await open(page, path);
      // What a phone changes is where things stand; the rest was looked at in both themes.
      if (width > 1000) found.push(...(await axeOf(page)).map((text) => `${name}: ${text}`));
      const shift = await shiftOf(page);
      if (shift > 0.05) found.push(`${name}: moved by ${shift}`);
      const wide: number = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      if (wide > 0) found.push(`${name}: ${wide} px wider than the window`);
      const isShown = (theme === 'light' && width > 1000 ? shown : shownElsewhere).includes(name);
      if (wantsShots && isShown)
        await page.screenshot({ path: join(shots, `${name}-${theme}-${width}.png`) });
      if (name === 'login') await portal.logIn(page, operator);
    }
    expect(found).toEqual([]);
    expect(portal.complaints).toEqual([]);
  },
  240_000,
);

it('what the first page loads of scripts is within 250 kB compressed, and it shows something within a second', async () => {
  for (const path of ['/login', pages.find(([name]) => name === 'webhooks')![1]]) {
    const page = await portal.page();
    if (path !== '/login') await portal.logIn(page, await portal.person('operator'));
    const scripts = new Map<string, number>();
    await open(page, path);
    const names: string[] = await page.evaluate(
      `performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js'))`,
    );
    for (const name of names)
      scripts.set(name, gzipSync(Buffer.from(await (await fetch(name)).arrayBuffer())).length);
    expect(scripts.size).toBeGreaterThan(1);
    const sum = [...scripts.values()].reduce((a, b) => a + b, 0);
    expect(sum).toBeLessThan(scriptBudget);
    const first: number = await page.evaluate(
      `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity`,
    );
    expect(first).toBeLessThan(1_000);
  }
});

it('is served with a policy that allows no inline script, and files with a hash for ever', async () => {
  const page = await fetch(portal.url, { headers: { accept: 'text/html' } });
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/);
  const html = await page.text();
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
  const [, script] = /src="(\/assets\/index-[^"]+\.js)"/.exec(html)!;
  const asset = await fetch(portal.url + script, { headers: { 'accept-encoding': 'br' } });
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(asset.headers.get('content-encoding')).toBe('br');
  const deep = await fetch(`${portal.url}/t/x/webhooks`, { headers: { accept: 'text/html' } });
  expect([deep.status, await deep.text()]).toEqual([200, html]);
  const missing = await fetch(`${portal.url}/assets/none.js`, { headers: { accept: 'text/html' } });
  expect(missing.status).toBe(404);
  const api = await fetch(portal.url);
  expect(await api.json()).toMatchObject({ name: 'Posthorn' });
});

it('can be used by keyboard alone: the first stop leads to the content', async () => {
  const page = await portal.page();
  await portal.logIn(page, await portal.person('operator'));
  await open(page, '/tenants');
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.id')).toBe('content');
});
