import { DeliveryLogSettings } from '@posthorn/delivery-log';
import { DispatcherSettings } from '@posthorn/dispatcher';
import { EventIngestSettings } from '@posthorn/event-ingest';
import { RetrySchedulerSettings } from '@posthorn/retry-scheduler';
import {
  CommonSettings,
  DatabaseSettings,
  describeSettings,
  type SettingDescription,
  type SettingsClass,
} from '@posthorn/runtime';
import { SubscriptionApiSettings } from '@posthorn/subscription-api';
import { getMetadataStorage } from 'class-validator';
import { StandaloneSettings } from './standalone.config.js';

/** A heading, a class, and the class whose settings stand further up already. */
type Section = [title: string, type: SettingsClass, above?: SettingsClass];

export const sections: Section[] = [
  ['Every service', CommonSettings],
  ['Services with tables', DatabaseSettings, CommonSettings],
  ['subscription-api', SubscriptionApiSettings, DatabaseSettings],
  ['event-ingest', EventIngestSettings, CommonSettings],
  ['dispatcher', DispatcherSettings, CommonSettings],
  ['retry-scheduler', RetrySchedulerSettings, DatabaseSettings],
  ['delivery-log', DeliveryLogSettings, DatabaseSettings],
  ['standalone', StandaloneSettings, CommonSettings],
];

const intro = `# Configuration

<!-- Written by \`npm run config:docs\` from the config classes; a test fails when it is stale. -->

Settings are environment variables. What is missing or wrong keeps a service from starting, with one line on the standard error
that names every such variable and what it should be; values of secrets never appear in it.

- An empty variable counts as not set. A list is comma-separated, and empty when it is \`off\`. Switches are \`on\` or \`off\`.
- A secret (marked 🔒) can stand in a file instead: \`DATABASE_URL_FILE=/run/secrets/url\` does for \`DATABASE_URL\`, and so on. The
  variable itself wins.
- Settings are read once, at the start. \`standalone\` reads those of all five services.
- Durations end in \`_MS\` and are milliseconds; sizes end in \`_BYTES\` or \`_BYTES_MAX\`.
- Limits of requests a second (\`…RATE_PER…\`) count in each process: several instances together let through as many times more.

What the set-up tool of a checkout reads beside them stands in [guides/operators.md](guides/operators.md).
`;

/** docs/configuration.md, as it has to be. */
export function settingsDocument(): string {
  const tables = sections.map(([title, type, above]) => {
    const known = new Map(above ? describeSettings(above).map((one) => [one.env, one]) : []);
    const own = describeSettings(type).filter((one) => !isSame(known.get(one.env), one));
    const rows = own.map((one) => row(type, one));
    const head = ['| Variable | Type | Default | Limits | Meaning |', '|---|---|---|---|---|'];
    return [`## ${title}`, '', ...head, ...rows].join('\n');
  });
  return `${intro}\n${tables.join('\n\n')}\n`;
}

/** A service that has another default shows the setting again. */
function isSame(known: SettingDescription | undefined, one: SettingDescription): boolean {
  return JSON.stringify(known) === JSON.stringify(one);
}

const types: Record<string, string> = { boolean: 'switch', number: 'number', list: 'list', string: 'text' };

function row(type: SettingsClass, setting: SettingDescription): string {
  const { env, meaning, secret } = setting;
  const cells = [
    `\`${env}\`${secret ? ' 🔒' : ''}`,
    types[setting.type] ?? setting.type,
    shownDefault(type, setting),
    limits(type, setting.name),
    meaning,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function shownDefault(type: SettingsClass, { name, default: value }: SettingDescription): string {
  const isEmpty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  if (!isEmpty) return typeof value === 'boolean' ? (value ? 'on' : 'off') : `\`${String(value)}\``;
  return mayBeAbsent(type, name) ? '–' : '**required**';
}

/** Whether the class takes what it starts with. */
function mayBeAbsent(type: SettingsClass, property: string): boolean {
  const rules = rulesOf(type, property);
  if (rules.some(({ type: kind }) => kind === 'conditionalValidation')) return true; // @IsOptional
  const initial = (new type() as Record<string, unknown>)[property];
  if (Array.isArray(initial)) return !rules.some(({ name }) => name === 'arrayNotEmpty');
  return initial === '' && !rules.some(({ name }) => name === 'matches' || name === 'isLength');
}

function limits(type: SettingsClass, property: string): string {
  const rules = rulesOf(type, property);
  const of = (name: string): unknown[] | undefined => rules.find((rule) => rule.name === name)?.constraints;
  const [min, max] = [of('min')?.[0], of('max')?.[0]];
  if (min !== undefined || max !== undefined) return `${String(min ?? '…')} – ${String(max ?? '…')}`;
  const values = of('isIn')?.[0];
  if (Array.isArray(values)) return values.map((value) => `\`${String(value)}\``).join(', ');
  const [shortest, longest] = of('isLength') ?? [];
  if (longest !== undefined) return `${String(shortest)} – ${String(longest)} characters`;
  return '–';
}

/** A class that declares a property again has replaced the rules of its base. */
function rulesOf(type: SettingsClass, property: string) {
  const all = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return all.filter((rule) => rule.propertyName === property);
}
