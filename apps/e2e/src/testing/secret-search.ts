import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

/** Something that must stand nowhere, by what it is. */
export type Secret = { name: string; text: string };
/** A place that was looked through, and what it held. */
export type Find = { place: string; secret: string; form: string };

type Pattern = { secret: string; form: string; bytes: Buffer };

/**
 * Looks for secrets in clear, in base64 (wherever in the encoded text they begin) and in hex; where a secret
 * is itself an encoding of bytes, for those bytes too.
 */
export class SecretSearch {
  private readonly patterns: Pattern[];
  /** What was looked through, in bytes by kind of place: a search through nothing finds nothing. */
  readonly looked: Record<string, number> = {};

  constructor(secrets: readonly Secret[]) {
    this.patterns = secrets.flatMap(({ name, text }) =>
      formsOf(text).map(([form, bytes]) => ({ secret: name, form, bytes })),
    );
  }

  in(place: string, bytes: Buffer): Find[] {
    const kind = place.split(' ', 1)[0];
    this.looked[kind] = (this.looked[kind] ?? 0) + bytes.length;
    return this.patterns
      .filter((pattern) => bytes.includes(pattern.bytes))
      .map(({ secret, form }) => ({ place, secret, form }));
  }
}

/** Shorter ones stand anywhere by chance. */
const patternMinBytes = 12;

function formsOf(text: string): [form: string, bytes: Buffer][] {
  const encoded = /^(?:whsec_|whsk_)?([A-Za-z0-9+/]{32,}={0,2})$/.exec(text)?.[1];
  const raw = encoded ? Buffer.from(encoded, 'base64') : undefined;
  const hex = /^(?:[0-9a-f]{2}){16,}$/.test(text) ? Buffer.from(text, 'hex') : undefined;
  const cores = [Buffer.from(text), ...(encoded ? [Buffer.from(encoded)] : []), raw, hex];
  const forms = cores.flatMap((core, i): [string, Buffer][] => {
    if (!core) return [];
    const as = ['', 'its key text ', 'its bytes ', 'its bytes '][i];
    const base64 = [0, 1, 2].flatMap((shift) => base64Of(core, shift));
    return [
      [`${as}in clear`, core],
      [`${as}in hex`, Buffer.from(core.toString('hex'))],
      [`${as}in hex`, Buffer.from(core.toString('hex').toUpperCase())],
      ...base64.map((bytes): [string, Buffer] => [`${as}in base64`, bytes]),
    ];
  });
  return forms.filter(([, bytes]) => bytes.length >= patternMinBytes);
}

/** The part of its base64 that depends on it alone, when `shift` bytes of something else stand before it. */
function base64Of(core: Buffer, shift: number): Buffer[] {
  const text = Buffer.concat([Buffer.alloc(shift), core])
    .toString('base64')
    .replaceAll('=', '');
  const sure = text.slice(shift === 0 ? 0 : shift + 1, -1);
  return [Buffer.from(sure), Buffer.from(sure.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** Every row of every table there is, whoever's; what stands in bytes is looked through as bytes, too. */
export async function searchTables(url: string, search: SecretSearch): Promise<Find[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const finds: Find[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      for (const { row } of rows) {
        finds.push(...search.in(`table ${name}`, Buffer.from(row)));
        for (const [, hex] of row.matchAll(/\\x((?:[0-9a-f]{2})+)/g))
          finds.push(...search.in(`table ${name}`, Buffer.from(hex, 'hex')));
      }
    }
    return finds;
  } finally {
    await client.end();
  }
}

/** Every record of every topic of the prefix, decompressed, with its key and headers. */
export async function searchTopics(
  { brokers, prefix }: { brokers: string[]; prefix: string },
  search: SecretSearch,
): Promise<Find[]> {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    const finds: Find[] = [];
    for (const topic of topics) {
      const ends = new Map(
        (await admin.fetchTopicOffsets(topic))
          .filter(({ low, high }) => low !== high)
          .map(({ partition, high }) => [partition, Number(high)]),
      );
      for (const bytes of await recordsOf(kafka, topic, ends))
        finds.push(...search.in(`topic ${topic}`, bytes));
    }
    return finds;
  } finally {
    await admin.disconnect();
  }
}

/** Those of transactions that were given up, too: they are there for whoever reads the log. */
async function recordsOf(kafka: Kafka, topic: string, ends: Map<number, number>): Promise<Buffer[]> {
  if (ends.size === 0) return [];
  const groupId = `${topic}.search-${randomBytes(4).toString('hex')}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 20, readUncommitted: true });
  const found: Buffer[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    const complete = new Promise<void>((resolve) => {
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
        if (Number(lastOffset) + 1 >= (ends.get(partition) ?? Infinity)) ends.delete(partition);
        if (ends.size === 0) resolve();
      });
    });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ message: { key, value, headers = {} } }) => {
        const parts = [key, value, ...Object.entries(headers).flat().flat()];
        const lines = parts.flatMap((part) =>
          part === undefined || part === null ? [] : [Buffer.from(part), nl],
        );
        found.push(Buffer.concat(lines));
      },
    });
    await complete;
    return found;
  } finally {
    await consumer.disconnect();
  }
}

const nl = Buffer.from('\n');

/** The files of those topics as they lie on the disk, and of Kafka's own. */
export function searchFiles(folder: string, prefix: string, search: SecretSearch): Find[] {
  const topics = readdirSync(folder).filter((name) => name.startsWith(prefix) || name.startsWith('__'));
  return topics.flatMap((topic) => {
    const files = readdirSync(join(folder, topic)).filter((name) => !/\.(time)?index$/.test(name));
    return files.flatMap((name) =>
      search.in(`file ${topic}/${name}`, readFileSync(join(folder, topic, name))),
    );
  });
}
