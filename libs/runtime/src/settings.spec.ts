import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsIn, IsInt, Min } from 'class-validator';
import {
  CommonSettings,
  DatabaseSettings,
  describeSettings,
  loadSettings,
  Setting,
  SettingsError,
} from './settings.js';

class Sample extends CommonSettings {
  override port = 8499;

  @Setting('POSTHORN_SAMPLE_MAX', 'Most samples at a time')
  @IsInt()
  @Min(1)
  samplesMax: number = 5;

  @Setting('POSTHORN_SAMPLE_KEYS', 'Keys of samples')
  @IsIn(['a', 'b'], { each: true })
  sampleKeys: string[] = [];

  override problem(): string | undefined {
    return super.problem() ?? (this.samplesMax > 90 ? 'POSTHORN_SAMPLE_MAX must stay below 90' : undefined);
  }
}

const brokers = { KAFKA_BROKERS: 'a:9092' };
const messageOf = (env: NodeJS.ProcessEnv, type: new () => object = Sample): string => {
  try {
    loadSettings(type, env);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message;
  }
  throw new Error('was accepted');
};

describe('settings', () => {
  it('take the initialisers as defaults, a subclass over its base', () => {
    expect(loadSettings(Sample, brokers)).toMatchObject({
      kafkaBrokers: ['a:9092'],
      topicPrefix: 'posthorn.',
      partitions: 16,
      port: 8499,
      samplesMax: 5,
      kafkaSsl: false,
      logLevel: 'info',
    });
  });

  it('convert by type', () => {
    const env = {
      KAFKA_BROKERS: ' a:9092, b:9093 ,',
      POSTHORN_PORT: '0',
      POSTHORN_KAFKA_SSL: 'on',
      POSTHORN_SAMPLE_MAX: '7',
      POSTHORN_TOPIC_PREFIX: 't1.',
      POSTHORN_LOG_LEVEL: '',
    };
    expect(loadSettings(Sample, env)).toMatchObject({
      kafkaBrokers: ['a:9092', 'b:9093'],
      port: 0,
      kafkaSsl: true,
      samplesMax: 7,
      topicPrefix: 't1.',
      logLevel: 'info',
    });
  });

  it.each([
    [{}, 'KAFKA_BROKERS is not set: Kafka brokers to start from, comma-separated host:port'],
    [{ KAFKA_BROKERS: 'nohost' }, 'KAFKA_BROKERS "nohost" each value must be host:port'],
    [{ ...brokers, POSTHORN_PORT: 'x' }, 'POSTHORN_PORT "x" is not a number'],
    [{ ...brokers, POSTHORN_PORT: '1.5' }, 'POSTHORN_PORT "1.5" must be an integer number'],
    [{ ...brokers, POSTHORN_PORT: '70000' }, 'POSTHORN_PORT "70000" must not be greater than 65535'],
    [{ ...brokers, POSTHORN_KAFKA_SSL: 'maybe' }, 'POSTHORN_KAFKA_SSL "maybe" is not on or off'],
    [
      { ...brokers, POSTHORN_LOG_LEVEL: 'loud' },
      'POSTHORN_LOG_LEVEL "loud" must be one of the following values: fatal, error, warn, info, debug, trace, silent',
    ],
    [
      { ...brokers, POSTHORN_PORT: 'x', POSTHORN_SAMPLE_MAX: 'y' },
      'POSTHORN_PORT "x" is not a number; POSTHORN_SAMPLE_MAX "y" is not a number',
    ],
    [{ ...brokers, POSTHORN_SAMPLE_MAX: '91' }, 'POSTHORN_SAMPLE_MAX must stay below 90'],
    [
      { ...brokers, POSTHORN_KAFKA_SASL_USERNAME: 'u' },
      'POSTHORN_KAFKA_SASL_USERNAME and POSTHORN_KAFKA_SASL_PASSWORD need POSTHORN_KAFKA_SASL_MECHANISM',
    ],
    [
      { ...brokers, POSTHORN_KAFKA_CA_FILE: '/ca' },
      'POSTHORN_KAFKA_CA_FILE, _CERT_FILE and _KEY_FILE need POSTHORN_KAFKA_SSL=on',
    ],
    [
      { ...brokers, POSTHORN_KAFKA_SSL: 'on', POSTHORN_KAFKA_CERT_FILE: '/cert' },
      'POSTHORN_KAFKA_CERT_FILE and POSTHORN_KAFKA_KEY_FILE need each other',
    ],
    [
      { ...brokers, POSTHORN_KAFKA_SASL_PASSWORD_FILE: '/nowhere/x' },
      'POSTHORN_KAFKA_SASL_PASSWORD_FILE "/nowhere/x" cannot be read: ENOENT: no such file or directory, open \'/nowhere/x\'',
    ],
    [
      { ...brokers, POSTHORN_KAFKA_SASL_MECHANISM: 'plain' },
      'POSTHORN_KAFKA_SASL_MECHANISM needs POSTHORN_KAFKA_SASL_USERNAME and POSTHORN_KAFKA_SASL_PASSWORD',
    ],
  ])('say in one line what is wrong: %j', (env, message) => {
    expect(messageOf(env)).toBe(message);
  });

  it('have a word for an empty list, as an empty text counts as not set', () => {
    class Lists extends CommonSettings {
      @Setting('POSTHORN_SAMPLE_LIST', 'a list')
      list: string[] = ['default'];
    }
    expect(loadSettings(Lists, { ...brokers, POSTHORN_SAMPLE_LIST: '' }).list).toEqual(['default']);
    expect(loadSettings(Lists, { ...brokers, POSTHORN_SAMPLE_LIST: 'off' }).list).toEqual([]);
  });

  it('take a secret from a file where the variable itself is not set', () => {
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-settings-'));
    const file = join(folder, 'url');
    writeFileSync(file, 'postgres://u:p@h/d\n');
    try {
      const env = { ...brokers, DATABASE_URL_FILE: file };
      expect(loadSettings(DatabaseSettings, env).databaseUrl).toBe('postgres://u:p@h/d');
      const both = { ...env, DATABASE_URL: 'postgres://other@h/d' };
      expect(loadSettings(DatabaseSettings, both).databaseUrl).toBe('postgres://other@h/d');
      // Only secrets: a port in a file is nobody's wish.
      expect(loadSettings(Sample, { ...brokers, POSTHORN_PORT_FILE: '/nowhere' }).port).toBe(8499);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('never print a secret', () => {
    expect(messageOf({ ...brokers, POSTHORN_SAMPLE_KEYS: 'hunter2' })).toBe(
      'POSTHORN_SAMPLE_KEYS (value hidden) each value must be one of the following values: a, b',
    );
    expect(messageOf({ ...brokers, DATABASE_URL: 'mysql://u:hunter2@h/d' }, DatabaseSettings)).toBe(
      'DATABASE_URL (value hidden) must be a postgres:// URL',
    );
  });

  it('describe themselves, base class first, each once', () => {
    const rows = describeSettings(Sample);
    expect(rows[0]).toMatchObject({ name: 'kafkaBrokers', env: 'KAFKA_BROKERS', type: 'list' });
    expect(rows.filter(({ env }) => env === 'POSTHORN_PORT')).toEqual([
      {
        name: 'port',
        env: 'POSTHORN_PORT',
        type: 'number',
        default: 8499,
        meaning: 'Port to listen on; 0 takes a free one',
        secret: false,
      },
    ]);
    expect(rows.at(-2)).toMatchObject({ env: 'POSTHORN_SAMPLE_MAX', type: 'number', default: 5 });
    expect(describeSettings(CommonSettings).some(({ env }) => env === 'POSTHORN_SAMPLE_MAX')).toBe(false);
  });
});
