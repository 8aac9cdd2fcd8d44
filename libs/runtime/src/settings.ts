import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import {
  ArrayNotEmpty,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  validateSync,
  type ValidationError,
} from 'class-validator';
import { isNetwork } from './network.js';

/** Any class of settings. Its property initialisers are the defaults. */
export type SettingsClass<T extends object = object> = new () => T;

export type SettingDescription = {
  name: string;
  env: string;
  type: string;
  default: unknown;
  meaning: string;
  /** Its value is never shown, and may stand in a file. */
  secret: boolean;
};

type Declared = { name: string; env: string; meaning: string; secret: boolean };

const declaredKey = Symbol('posthorn.settings');
const secretLooking = /SECRET|PASSWORD|TOKEN|(?<!_PER)_KEYS?$|DATABASE_URL/;

/**
 * Says which environment variable fills a property, and what it is for in one sentence (the settings
 * table of the documentation is made of these). A value is secret when the variable's name says so, or
 * when told here.
 */
export function Setting(
  env: string,
  meaning: string,
  { secret }: { secret?: boolean } = {},
): PropertyDecorator {
  return (target, property) => {
    const own = Object.hasOwn(target, declaredKey)
      ? (Reflect.get(target, declaredKey) as Declared[])
      : define(target);
    own.push({ name: String(property), env, meaning, secret: secret ?? secretLooking.test(env) });
  };
}

function define(target: object): Declared[] {
  const own: Declared[] = [];
  Object.defineProperty(target, declaredKey, { value: own });
  return own;
}

/** Base classes first; a property that is declared again replaces the earlier declaration in its place. */
function declaredOf(type: SettingsClass): Declared[] {
  const byName = new Map<string, Declared>();
  const chain: object[] = [];
  for (
    let proto = type.prototype as object | null;
    proto;
    proto = Object.getPrototypeOf(proto) as object | null
  )
    chain.unshift(proto);
  for (const proto of chain)
    if (Object.hasOwn(proto, declaredKey))
      for (const declared of Reflect.get(proto, declaredKey) as Declared[])
        byName.set(declared.name, declared);
  return [...byName.values()];
}

/** What an operator has to change, in one line. Values of secrets never appear in it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

type SettingType = 'number' | 'boolean' | 'string' | 'list';

function typeOf(type: SettingsClass, name: string, initial: unknown): SettingType {
  const declared: unknown = Reflect.getMetadata('design:type', type.prototype as object, name);
  if (Array.isArray(initial) || declared === Array) return 'list';
  if (typeof initial === 'number' || declared === Number) return 'number';
  if (typeof initial === 'boolean' || declared === Boolean) return 'boolean';
  return 'string';
}

const booleans: Record<string, boolean> = { on: true, true: true, off: false, false: false };

/** `undefined` when the text is not of that type. */
function convert(text: string, type: SettingType): unknown {
  switch (type) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
    case 'boolean':
      return Object.hasOwn(booleans, text.toLowerCase()) ? booleans[text.toLowerCase()] : undefined;
    case 'list':
      // Empty text counts as not set, so there is a word for "none".
      if (text.toLowerCase() === 'off') return [];
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    default:
      return text;
  }
}

const allowed: Record<SettingType, string> = {
  number: 'a number',
  boolean: 'on or off',
  list: 'a comma-separated list',
  string: 'a text',
};

/**
 * Reads a settings class from the environment. A variable that is empty counts as not set, a list that is
 * `off` is empty. A secret may stand in a file: `NAME_FILE` says which. Relations
 * between settings are checked by the class itself, in an optional method `problem()` that answers with a
 * sentence or `undefined`.
 *
 * @throws SettingsError naming every wrong variable in one line
 */
export function loadSettings<T extends object>(type: SettingsClass<T>, given: NodeJS.ProcessEnv): T {
  const settings = new type();
  const values = settings as Record<string, unknown>;
  const declared = declaredOf(type);
  const env = withFiles(declared, given);
  const wrong: string[] = [];
  for (const one of declared) {
    const text = env[one.env]?.trim();
    if (text === undefined || text === '') continue;
    const kind = typeOf(type, one.name, values[one.name]);
    const value = convert(text, kind);
    if (value === undefined) wrong.push(`${one.env} ${shown(one, text)} is not ${allowed[kind]}`);
    else values[one.name] = value;
  }
  // Only when every text had the right type: a second message about the same variable would not help.
  if (wrong.length === 0) {
    const errors = validateSync(settings, { forbidUnknownValues: false, stopAtFirstError: true });
    for (const error of errors) wrong.push(complaint(error, declared, env));
  }
  if (wrong.length === 0) {
    const problem = (settings as { problem?: () => string | undefined }).problem?.();
    if (problem) wrong.push(problem);
  }
  if (wrong.length > 0) throw new SettingsError(wrong.join('; '));
  return settings;
}

/** What is mounted as a file (Docker, Kubernetes) never shows in the list of a process's variables. */
function withFiles(declared: Declared[], env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const read: NodeJS.ProcessEnv = {};
  for (const { env: name, secret } of declared) {
    const file = env[`${name}_FILE`]?.trim();
    if (!secret || !file || env[name]?.trim()) continue;
    try {
      read[name] = readFileSync(file, 'utf8');
    } catch (error) {
      throw new SettingsError(
        `${name}_FILE ${JSON.stringify(file)} cannot be read: ${(error as Error).message}`,
      );
    }
  }
  return { ...env, ...read };
}

function shown({ secret }: Declared, text: string): string {
  return secret ? '(value hidden)' : JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

function complaint(error: ValidationError, declared: Declared[], env: NodeJS.ProcessEnv): string {
  const one = declared.find(({ name }) => name === error.property);
  const messages = Object.values(error.constraints ?? {}).map((text) =>
    text.replace(`each value in ${error.property} `, 'each value ').replace(`${error.property} `, ''),
  );
  const reason = messages.join(' and ') || 'is wrong';
  if (!one) return `${error.property} ${reason}`;
  const text = env[one.env]?.trim();
  if (!text) return `${one.env} is not set: ${one.meaning}`;
  return `${one.env} ${shown(one, text)} ${reason}`;
}

/** One row per setting, for the documentation and for `--help`. Defaults of secrets are left out. */
export function describeSettings(type: SettingsClass): SettingDescription[] {
  const defaults = new type() as Record<string, unknown>;
  return declaredOf(type).map(({ name, env, meaning, secret }) => ({
    name,
    env,
    type: typeOf(type, name, defaults[name]),
    default: secret ? undefined : defaults[name],
    meaning,
    secret,
  }));
}

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** What every service reads. */
export class CommonSettings {
  @Setting('KAFKA_BROKERS', 'Kafka brokers to start from, comma-separated host:port')
  @ArrayNotEmpty()
  @Matches(/^[^\s:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/, {
    each: true,
    message: 'each value must be host:port',
  })
  kafkaBrokers: string[] = [];

  @Setting('POSTHORN_TOPIC_PREFIX', 'Stands in front of every topic, group id and transactional id')
  @Matches(/^[A-Za-z0-9._-]{0,60}$/, {
    message: 'may hold letters, digits, dot, dash and underscore, at most 60',
  })
  topicPrefix: string = 'posthorn.';

  @Setting('POSTHORN_PARTITIONS', 'Partitions of topics that are created; existing topics keep theirs')
  @IsInt()
  @Min(1)
  @Max(1024)
  partitions: number = 16;

  @Setting('POSTHORN_REPLICATION_FACTOR', 'Replicas of topics that are created; 3 on a cluster')
  @IsInt()
  @Min(1)
  @Max(9)
  replicationFactor: number = 1;

  @Setting('POSTHORN_KAFKA_SSL', 'TLS to the brokers')
  @IsBoolean()
  kafkaSsl: boolean = false;

  @Setting('POSTHORN_KAFKA_CA_FILE', "PEM file with the brokers' authority, in place of the public ones")
  @IsOptional()
  @IsString()
  kafkaCaFile?: string;

  @Setting('POSTHORN_KAFKA_CERT_FILE', 'PEM file with the certificate we show to the brokers (mutual TLS)')
  @IsOptional()
  @IsString()
  kafkaCertFile?: string;

  @Setting('POSTHORN_KAFKA_KEY_FILE', 'PEM file with the key of that certificate', { secret: false })
  @IsOptional()
  @IsString()
  kafkaKeyFile?: string;

  @Setting('POSTHORN_KAFKA_SASL_MECHANISM', 'plain, scram-sha-256 or scram-sha-512')
  @IsOptional()
  @IsIn(saslMechanisms)
  kafkaSaslMechanism?: string;

  @Setting('POSTHORN_KAFKA_SASL_USERNAME', 'User for SASL')
  @IsOptional()
  @IsString()
  kafkaSaslUsername?: string;

  @Setting('POSTHORN_KAFKA_SASL_PASSWORD', 'Password for SASL')
  @IsOptional()
  @IsString()
  kafkaSaslPassword?: string;

  @Setting('POSTHORN_HOST', 'Address to listen on')
  @IsString()
  host: string = '127.0.0.1';

  @Setting('POSTHORN_PORT', 'Port to listen on; 0 takes a free one')
  @IsInt()
  @Min(0)
  @Max(65535)
  port: number = 8400;

  @Setting(
    'POSTHORN_TRUSTED_PROXIES',
    "Addresses and CIDRs of proxies whose X-Forwarded-For is believed: callers' addresses are taken from it",
  )
  @IsString({ each: true })
  trustedProxies: string[] = [];

  @Setting('POSTHORN_LOG_LEVEL', logLevels.join(', '))
  @IsIn(logLevels)
  logLevel: LogLevel = 'info';

  @Setting('OTEL_EXPORTER_OTLP_ENDPOINT', 'Where metrics and traces go (OTLP over HTTP); without it nowhere')
  @IsOptional()
  @Matches(/^https?:\/\/./, { message: 'must be an http or https URL' })
  otlpEndpoint?: string;

  @Setting('OTEL_METRIC_EXPORT_INTERVAL', 'How often metrics go there, in ms')
  @IsInt()
  @Min(1_000)
  @Max(600_000)
  otlpMetricsEveryMs: number = 15_000;

  @Setting(
    'OTEL_TRACES_SAMPLER_ARG',
    'Share of the traces that begin here that is recorded; others follow theirs',
  )
  @IsNumber()
  @Min(0)
  @Max(1)
  traceShare: number = 0.01;

  @Setting(
    'POSTHORN_TRACES_OF_CALLERS',
    'Of what callers ask to have recorded (a sampled traceparent), so much is a second, in each process',
  )
  @IsInt()
  @Min(0)
  @Max(10_000)
  tracesOfCallersPerS: number = 100;

  @Setting('POSTHORN_METRICS_TENANTS_MAX', 'So many tenants have metrics of their own: those with the most')
  @IsInt()
  @Min(0)
  @Max(500)
  metricsTenantsMax: number = 50;

  /** Relations between settings; a subclass that adds its own calls this one too. */
  problem(): string | undefined {
    const wrong = this.trustedProxies.find((text) => !isNetwork(text));
    if (wrong !== undefined)
      return `POSTHORN_TRUSTED_PROXIES ${JSON.stringify(wrong)} is no address or network in CIDR notation`;
    if (this.kafkaSaslMechanism && !(this.kafkaSaslUsername && this.kafkaSaslPassword))
      return 'POSTHORN_KAFKA_SASL_MECHANISM needs POSTHORN_KAFKA_SASL_USERNAME and POSTHORN_KAFKA_SASL_PASSWORD';
    if (!this.kafkaSaslMechanism && (this.kafkaSaslUsername || this.kafkaSaslPassword))
      return 'POSTHORN_KAFKA_SASL_USERNAME and POSTHORN_KAFKA_SASL_PASSWORD need POSTHORN_KAFKA_SASL_MECHANISM';
    if (!this.kafkaSsl && (this.kafkaCaFile || this.kafkaCertFile || this.kafkaKeyFile))
      return 'POSTHORN_KAFKA_CA_FILE, _CERT_FILE and _KEY_FILE need POSTHORN_KAFKA_SSL=on';
    if (Boolean(this.kafkaCertFile) !== Boolean(this.kafkaKeyFile))
      return 'POSTHORN_KAFKA_CERT_FILE and POSTHORN_KAFKA_KEY_FILE need each other';
    return undefined;
  }
}

/** What a service with tables reads. */
export class DatabaseSettings extends CommonSettings {
  @Setting('DATABASE_URL', 'PostgreSQL, as postgres://user:password@host:port/database')
  @Matches(/^postgres(ql)?:\/\/./, { message: 'must be a postgres:// URL' })
  databaseUrl: string = '';

  @Setting('POSTHORN_DATABASE_POOL', 'Most connections to PostgreSQL per process')
  @IsInt()
  @Min(2)
  @Max(200)
  databasePoolMax: number = 10;

  @Setting('POSTHORN_DATABASE_START_TIMEOUT_MS', 'How long a start waits for PostgreSQL')
  @IsInt()
  @Min(0)
  @Max(600_000)
  databaseStartTimeoutMs: number = 60_000;
}
