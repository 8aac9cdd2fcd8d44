import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { startService, type Service } from '@posthorn/runtime';
import { serveDevReceiver } from './dev-receiver/dev-receiver.js';
import { pagePolicy, servePortal } from './portal.js';
import { SubscriptionApiSettings } from './subscription-api.config.js';
import { SessionService } from './users/session.service.js';

const folder = `${mkdtempSync(join(tmpdir(), 'portal-'))}/`;
const services: Service[] = [];

beforeAll(() => {
  mkdirSync(`${folder}assets`);
  writeFileSync(`${folder}index.html`, '<title>the page</title>');
  writeFileSync(`${folder}assets/main-12345678.js`, '1');
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** HTTP alone: what is served to browsers asks no store. */
async function start(devReceiver: boolean): Promise<string> {
  const settings = Object.assign(new SubscriptionApiSettings(), { port: 0, logLevel: 'silent', devReceiver });
  const sessions = { find: () => Promise.resolve(undefined) };
  @Module({
    providers: [
      { provide: SubscriptionApiSettings, useValue: settings },
      { provide: SessionService, useValue: sessions },
    ],
  })
  class Pages {}
  const service = await startService({
    ...{ name: 'pages', module: Pages, settings, ownsProcess: false },
    configure: async (app) => {
      expect(await servePortal(app, folder)).toBe(true);
      await serveDevReceiver(app);
    },
  });
  services.push(service);
  return service.url;
}

async function open(address: string, accept = 'text/html,*/*'): Promise<string> {
  const answer = await fetch(address, { headers: { accept } });
  const isPage = (await answer.text()).includes('the page');
  if (isPage) expect(answer.headers.get('content-security-policy')).toBe(pagePolicy);
  return isPage ? 'page' : String(answer.status);
}

it('is one page for whatever a browser opens, apart from what programs call', async () => {
  const url = await start(true);
  for (const path of ['/', '/login', '/t/a%2Fb/webhooks', '/dev/receiver'])
    expect([path, await open(url + path)]).toEqual([path, 'page']);
  for (const path of ['/v1/nothing', '/docs', '/assets/none.js', '/dev/receiver/api/x/none'])
    expect([path, await open(url + path)]).toEqual([path, '404']);
  expect(await open(`${url}/dev/receiver/hooks/first`)).toBe('200');
  expect(await open(`${url}/login`, 'application/json')).toBe('404');
  const file = await fetch(`${url}/assets/main-12345678.js`);
  expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
});

it('has nothing at the test receiver’s address where there is none, for browsers neither', async () => {
  const url = await start(false);
  for (const path of ['/dev/receiver', '/dev/receiver/', '/dev/receiver/hooks/first', '/dev/receiver/api'])
    expect([path, await open(url + path)]).toEqual([path, '404']);
  expect(await open(url)).toBe('page');
});

it('lets nobody publish who is not logged in', async () => {
  const body = JSON.stringify({ tenantId: 't' });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${await start(true)}/dev/receiver/events`, { method: 'POST', headers, body });
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, 'unauthorized']);
});
