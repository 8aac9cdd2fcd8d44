import { isNativeError } from 'node:util/types';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { stdoutLines } from './log-lines.js';

export type Logger = PinoLogger;

/** What libs/messaging logs through. */
export type KafkaLog = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;

const secretKey =
  /^(authorization|proxy-?authorization|cookie|set-?cookie|x-?api-?key|api-?key|secrets?|signing-?secrets?|passwords?|passwd|tokens?|private-?key|admin-?key|secret-?keys?|sasl.*password|database-?url)$/i;
const redacted = '[redacted]';
/** pino gives the fields of a child logger to its own redaction only, which wants names, not patterns. */
const childFields = [
  'authorization',
  'apiKey',
  'cookie',
  'password',
  'secret',
  'secrets',
  'signingSecret',
  'token',
];
const depthMax = 5;

/** Copies only what has to change: most log lines hold no nested object at all. */
function redact(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > depthMax) return value;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto !== Object.prototype && proto !== null) return value;
  return redactObject(value as Record<string, unknown>, depth);
}

function redactObject(fields: Record<string, unknown>, depth = 0): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    copy[name] = secretKey.test(name) && value !== undefined ? redacted : redact(value, depth + 1);
  }
  return copy;
}

const credentialsInUrl = /\/\/[^/@\s]*:[^/@\s]*@/g;

/**
 * Only fields that are known to be harmless: a driver's error carries the statement's parameters, an HTTP
 * client's the whole request.
 */
export function serializeError(error: unknown, depth = 0): unknown {
  if (!isNativeError(error)) return typeof error === 'string' ? error : String(error);
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message.replace(credentialsInUrl, '//***@'),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    stack: error.stack?.replace(credentialsInUrl, '//***@'),
    ...(error.cause !== undefined && depth < 3 ? { cause: serializeError(error.cause, depth + 1) } : {}),
  };
}

/**
 * JSON lines on stdout, written in the same turn of the event loop, so that an error loses none. Keys that
 * look secret are blacked out at any depth.
 */
export function createLogger(
  settings: { logLevel: string },
  service: string,
  destination?: DestinationStream,
): Logger {
  const options = {
    level: settings.logLevel,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: redactObject,
    },
    redact: { paths: childFields, censor: redacted },
    serializers: { err: serializeError, error: serializeError },
  };
  return pino(options, destination ?? stdoutLines());
}

/** Lets libs/messaging log without knowing pino. */
export function kafkaLog(logger: Logger): KafkaLog {
  return (level, message, fields) => logger[level](fields ?? {}, message);
}
