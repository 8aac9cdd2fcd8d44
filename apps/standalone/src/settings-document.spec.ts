import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSettings, loadSettings, SettingsError } from '@posthorn/runtime';
import { sections, settingsDocument } from './settings-document.js';

it('docs/configuration.md is what the config classes say; `npm run config:docs` writes it', () => {
  const file = join(import.meta.dirname, '..', '..', '..', 'docs', 'configuration.md');
  expect(readFileSync(file, 'utf8')).toBe(settingsDocument());
});

it('says of each setting whether it has to be given, and within what limits', () => {
  const rows = settingsDocument().split('\n');
  const of = (name: string): string => rows.find((line) => line.startsWith(`| \`${name}\``)) ?? '';
  expect(of('KAFKA_BROKERS')).toContain('| list | **required** | – |');
  expect(of('DATABASE_URL')).toMatch(/^\| `DATABASE_URL` 🔒 \| text \| \*\*required\*\* \|/);
  expect(of('POSTHORN_PARTITIONS')).toContain('| number | `16` | 1 – 1024 |');
  expect(of('POSTHORN_KAFKA_SASL_MECHANISM')).toContain('| – | `plain`, `scram-sha-256`, `scram-sha-512` |');
  expect(of('POSTHORN_ADMIN_KEY')).toContain('| **required** | 16 – 256 characters |');
  expect(of('POSTHORN_KAFKA_SSL')).toContain('| switch | off |');
});

const right = {
  KAFKA_BROKERS: 'kafka:9092',
  DATABASE_URL: 'postgres://u:p@h/d',
  POSTHORN_ADMIN_KEY: 'a key that is long enough',
  POSTHORN_SECRET_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
};

describe.each(sections)('settings of %s', (_title, type) => {
  const described = describeSettings(type);

  it('are right as the example has them', () => {
    expect(() => loadSettings(type, right)).not.toThrow();
  });

  it.each(described.filter(({ type: kind }) => kind === 'number' || kind === 'boolean'))(
    'stop the start with one line when $env is wrong',
    ({ env, type: kind }) => {
      for (const text of kind === 'number' ? ['-1', '99999999999999', 'many'] : ['perhaps']) {
        const load = () => loadSettings(type, { ...right, [env]: text });
        expect(load).toThrow(SettingsError);
        expect(load).toThrow(new RegExp(`^${env} "${text}" [^\\n]+$`));
      }
    },
  );

  it('stop the start with one line that names everything that is missing', () => {
    const needed = described.map(({ env }) => env).filter((env) => Object.hasOwn(right, env));
    const load = () => loadSettings(type, {});
    for (const env of needed) expect(load).toThrow(`${env} is not set: `);
    expect(load).not.toThrow('\n');
  });
});
