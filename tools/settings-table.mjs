// Writes the settings table of docs/guides/operators.md from the config classes:
// `npx node --import ./tools/swc-hook.mjs --conditions=@posthorn/source tools/settings-table.mjs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { getMetadataStorage } from 'class-validator';

const guide = new URL('../docs/guides/operators.md', import.meta.url);
const [start, end] = ['<!-- settings -->', '<!-- /settings -->'];

const load = (/** @type {string} */ path) => import(new URL(`../${path}`, import.meta.url).href);
const { CommonSettings, DatabaseSettings, describeSettings } = await load('libs/runtime/src/settings.ts');
const { StandaloneSettings } = await load('apps/standalone/src/standalone.config.ts');
const services = {
  'subscription-api': (await load('apps/subscription-api/src/subscription-api.config.ts'))
    .SubscriptionApiSettings,
  'event-ingest': (await load('apps/event-ingest/src/event-ingest.config.ts')).EventIngestSettings,
  dispatcher: (await load('apps/dispatcher/src/dispatcher.config.ts')).DispatcherSettings,
  'retry-scheduler': (await load('apps/retry-scheduler/src/retry-scheduler.config.ts'))
    .RetrySchedulerSettings,
  'delivery-log': (await load('apps/delivery-log/src/delivery-log.config.ts')).DeliveryLogSettings,
};

/** @type {[string, any, any?][]} title, class, and the class whose settings stand elsewhere already */
const tables = [
  ['Every service', CommonSettings],
  ['Services with tables: subscription-api, retry-scheduler, delivery-log', DatabaseSettings, CommonSettings],
  ...Object.entries(services).map(
    ([name, type]) => /** @type {[string, any, any]} */ ([name, type, DatabaseSettings]),
  ),
  ['standalone, beside all of these', StandaloneSettings, CommonSettings],
];

const text = tables.map(([title, type, base]) => table(title, type, base)).join('\n\n');
const before = readFileSync(guide, 'utf8');
const [head, rest] = before.split(start);
const [, tail] = (rest ?? '').split(end);
if (tail === undefined) throw new Error(`${guide.pathname} has no place for the table: ${start} … ${end}`);
writeFileSync(guide, `${head}${start}\n${text}\n${end}${tail}`);

/** @param {string} title @param {any} type @param {any} [base] */
function table(title, type, base) {
  const known = base ? new Set(describeSettings(base).map(({ env }) => env)) : new Set();
  const own = describeSettings(type).filter(({ env }) => !known.has(env));
  const rows = own.map(
    (/** @type {any} */ setting) =>
      `| \`${setting.env}\` | ${shown(setting.default)} | ${limits(type, setting.name)} | ${setting.meaning} |`,
  );
  return [`**${title}**`, '', '| Variable | Default | Limits | Meaning |', '|---|---|---|---|', ...rows].join(
    '\n',
  );
}

/** @param {unknown} value */
function shown(value) {
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return '–';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return `\`${value}\``;
}

/** @param {any} type @param {string} property */
function limits(type, property) {
  const all = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const of = (/** @type {string} */ name) =>
    all.find((one) => one.propertyName === property && one.name === name)?.constraints?.[0];
  const [min, max] = [of('min'), of('max')];
  return min === undefined && max === undefined ? '–' : `${min ?? '…'} – ${max ?? '…'}`;
}
