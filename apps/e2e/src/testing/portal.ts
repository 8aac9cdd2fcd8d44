import { randomUUID } from 'node:crypto';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { Caller } from './caller.js';
import { Product } from './product.js';

export type Look = { theme?: 'light' | 'dark'; locale?: string; width?: number };
export type Person = { email: string; password: string };

/** The product with its management UI, and a browser in front of it. */
export class Portal {
  /** What pages complained of: errors of scripts, and what the Content-Security-Policy stopped. */
  readonly complaints: string[] = [];
  private readonly contexts: BrowserContext[] = [];

  private constructor(
    readonly product: Product,
    readonly caller: Caller,
    private readonly browser: Browser,
  ) {}

  static async open(): Promise<Portal> {
    const settings = { POSTHORN_DEV_RECEIVER: 'on', POSTHORN_COOKIE_SECURE: 'off' };
    const product = await Product.start(['standalone'], settings);
    const executablePath = process.env['UI_BROWSER'] ?? '/usr/bin/chromium';
    // As root, Chromium's own sandbox does not start; what it opens here is ours.
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    return new Portal(product, new Caller(product), browser);
  }

  get url(): string {
    return this.product.app('standalone').url;
  }

  async page({ theme = 'light', locale = 'en-US', width = 1280 }: Look = {}): Promise<Page> {
    const context = await this.browser.newContext({
      colorScheme: theme,
      locale,
      viewport: { width, height: 900 },
      // What still moves under the pointer between its down and its up loses the click.
      reducedMotion: 'reduce',
      baseURL: this.url,
    });
    this.contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      // What the network says of a refused request is no complaint of the page.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.complaints.push(message.text());
    });
    return page;
  }

  /** Somebody who can log in: of a tenant, or without one an operator. */
  async person(role: 'operator' | 'tenant-admin' | 'tenant-viewer', tenantId?: string): Promise<Person> {
    const person = { email: `${randomUUID()}@people.example`, password: 'a long password of mine' };
    const path = tenantId === undefined ? '/v1/users' : `/v1/tenants/${encodeURIComponent(tenantId)}/users`;
    const body = { ...person, name: 'Kim', ...(tenantId === undefined ? {} : { role }) };
    const answer = await this.caller.call('POST', path, { key: this.product.adminKey, body });
    if (answer.status !== 201) throw new Error(`user: ${answer.status} ${JSON.stringify(answer.body)}`);
    return person;
  }

  async logIn(page: Page, { email, password }: Person): Promise<void> {
    if (!new URL(page.url(), this.url).pathname.startsWith('/login')) await page.goto('/login');
    await page.locator('input[type=email]').fill(email);
    await page.locator('input[type=password]').fill(password);
    await page.locator('button[type=submit]').click();
    await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  }

  async close(): Promise<void> {
    for (const context of this.contexts) await context.close();
    await this.browser.close();
    await this.caller.close();
    await this.product.stop();
  }
}

/** What axe finds, in words. */
export async function axeOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}

/** Until the page has its heading and nothing has changed on it for a while; what counts down never rests. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.evaluate(`new Promise((resolve) => {
    let timer;
    const rest = () => { clearTimeout(timer); timer = setTimeout(done, 500); };
    const observer = new MutationObserver(rest);
    const done = () => { observer.disconnect(); resolve(); };
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    setTimeout(done, 2500);
    rest();
  })`);
}
