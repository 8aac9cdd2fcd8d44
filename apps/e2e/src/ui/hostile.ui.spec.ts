import { Receiver, waitFor } from '@posthorn/testing';
import type { Page } from 'playwright-core';
import { Portal, settled } from '../testing/portal.js';

/** What would run, or show as markup, if any page took it for more than a text. */
const samples = [
  '<script>window.pwned=1</script>',
  '<img src=x onerror="window.pwned=1">',
  '"><svg onload="window.pwned=1">',
  "javascript:window.pwned=1//'",
  '{{constructor.constructor("window.pwned=1")()}}',
  '</textarea><iframe srcdoc="<script>parent.pwned=1</script>"></iframe>',
  '<a href="javascript:window.pwned=1">click</a>',
  '<style>*{display:none}</style>',
];
const all = samples.join(' ');

let portal: Portal;
let receiver: Receiver;
let tenant: { id: string; key: string };
const paths: string[] = [];

beforeAll(async () => {
  portal = await Portal.open();
  receiver = await Receiver.start(() => ({
    status: 500,
    headers: { 'content-type': 'text/html', 'x-hostile': all },
    body: `<html>${all}</html>`,
  }));
  tenant = await portal.caller.tenant('standard', `hostile-${Date.now()}`, samples[1]);
  const { id, key } = tenant;
  const base = `/v1/tenants/${encodeURIComponent(id)}`;
  const webhook = await portal.caller.subscription(id, key, {
    name: all.slice(0, 190),
    description: all,
    url: `${receiver.url}/${encodeURIComponent(samples[1]!)}`,
    headers: { 'x-own': samples[0] },
    metadata: { note: all },
  });
  await portal.caller.call('PUT', `${base}/event-types/evil.type`, {
    key,
    body: { description: all, examples: [{ html: all }], schema: { title: all } },
  });
  await portal.caller.call('POST', `${base}/keys`, {
    key,
    body: { name: all.slice(0, 190), scopes: ['read'] },
  });
  const published = await portal.caller.publish(key, {
    tenantId: id,
    type: 'evil.type',
    entity: { name: samples[1], id: samples[2] },
    timestamp: new Date().toISOString(),
    data: Object.fromEntries(samples.map((text) => [text, text])),
  });
  expect(published.status).toBe(202);
  await receiver.received(1);
  const [delivery] = await deliveries();
  const at = `/t/${encodeURIComponent(id)}`;
  for (const path of ['webhooks', 'deliveries', 'events', 'event-types', 'keys', 'users', 'audit', 'replays'])
    paths.push(`${at}/${path}`);
  paths.push(`${at}/webhooks/${webhook.id}`, `${at}/webhooks/${webhook.id}/edit`);
  paths.push(`${at}/deliveries/${delivery!.id}`, `${at}/events/${delivery!.eventId}`);
  paths.push(`${at}/deliveries?eventType=${encodeURIComponent(all)}`, '/tenants');
}, 120_000);
afterAll(async () => {
  await portal.close();
  await receiver.close();
}, 60_000);

type Listed = { id: string; eventId: string; attemptCount: number };

/** As soon as the log knows of an attempt. */
function deliveries(): Promise<Listed[]> {
  const path = `/v1/tenants/${encodeURIComponent(tenant.id)}/deliveries`;
  return waitFor(async () => {
    const { body } = await portal.caller.call<{ items: Listed[] }>('GET', path, { key: tenant.key });
    return body.items.some(({ attemptCount }) => attemptCount > 0) ? body.items : undefined;
  });
}

/** Elements that only a sample could have brought, and links that would run. */
const intruders = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const found = [...document.querySelectorAll('main script, main img, main iframe, main style, main [onload]')];
    const ours = found.filter((element) => !element.matches('style[data-mantine-styles]'));
    const links = [...document.querySelectorAll('a[href]')].filter(({ protocol }) => !/^https?:$/.test(protocol));
    return [...ours, ...links].map((element) => element.outerHTML.slice(0, 200));
  })()`);

it('shows what tenants and receivers wrote as text, on every page', async () => {
  const page = await portal.page();
  await portal.logIn(page, await portal.person('operator'));
  let dialogs = 0;
  page.on('dialog', (dialog) => {
    dialogs++;
    void dialog.dismiss();
  });
  let seen = '';
  for (const path of paths) {
    await page.goto(path);
    await settled(page);
    const closed = page.locator('main [aria-expanded=false]:not([aria-haspopup])');
    for (let n = 0; n < 50 && (await closed.count()) > 0; n++) await closed.first().click();
    expect([path, await page.evaluate('window.pwned')]).toEqual([path, undefined]);
    expect([path, await intruders(page)]).toEqual([path, []]);
    // However long a name is, it takes two lines of a title, and is told as a whole.
    const title = page.locator('main h1');
    expect([path, (await title.boundingBox())!.height <= 90]).toEqual([path, true]);
    expect(await title.getAttribute('title')).toBe(await title.innerText());
    seen += await page.locator('main').innerText();
  }
  expect(dialogs).toBe(0);
  // It was there to be seen: as the text it is.
  for (const sample of samples) expect(seen).toContain(sample);
  expect(portal.complaints).toEqual([]);
}, 120_000);
