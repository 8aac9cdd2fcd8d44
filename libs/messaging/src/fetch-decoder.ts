import { createRequire } from 'node:module';

type Aborted = { producerId: string; firstOffset: string };
type Headers = Record<string, unknown>;

/** What kafkajs keeps of a batch of records; all of them share it. */
type BatchContext = {
  firstOffset: string;
  firstTimestamp: string;
  partitionLeaderEpoch: number;
  inTransaction: boolean;
  isControlBatch: boolean;
  lastOffsetDelta: number;
  producerId: string;
  producerEpoch: number;
  firstSequence: number;
  maxTimestamp: string;
  timestampType: unknown;
  magicByte: number;
};

type Decode = (bytes: Buffer) => Promise<unknown>;
type Made = { response: { decode: Decode } };
type Fetch = { protocol: (of: { version: number }) => ((args: object) => Made) | undefined };

const kafkajs = createRequire(import.meta.url);
const fetch = kafkajs('kafkajs/src/protocol/requests/fetch/index.js') as Fetch;
const original = kafkajs('kafkajs/src/protocol/requests/fetch/v11/response.js') as { decode: Decode };
const timestampTypes = kafkajs('kafkajs/src/protocol/timestampTypes.js') as Record<string, unknown>;

/** The newest that kafkajs knows, and what every broker since Kafka 2.3 speaks. */
const fetchVersion = 11;
const batchFormat = 2;
/** kafkajs takes no less than this for a batch. */
const batchMinBytes = 49;
const compressionMask = 7;
const logAppendTime = 8;
const transactional = 16;
const control = 32;

let isInstalled = false;

/**
 * Has kafkajs read answers to fetches with the code below: its own makes several objects for every number of
 * every record, and waits for a promise for every partition, empty ones too. The same comes of both; whatever
 * is unusual goes to the original.
 */
export function decodeFetches(): void {
  if (isInstalled) return;
  isInstalled = true;
  const { protocol } = fetch;
  fetch.protocol = ({ version }) => {
    const make = protocol({ version });
    if (!make || version !== fetchVersion) return make;
    return (args) => {
      const made = make(args);
      return { ...made, response: { ...made.response, decode } };
    };
  };
}

async function decode(bytes: Buffer): Promise<unknown> {
  try {
    return decodeFetch(bytes);
  } catch {
    return original.decode(bytes).catch((error: Error) => {
      // It ends the consumer, wherever its partitions go: who reads that in the log has to know what to do.
      if (error.name === 'KafkaJSNotImplemented')
        error.message += ' (set compression.type=uncompressed for the topic; docs/operations.md)';
      throw error;
    });
  }
}

/** Throws at what is unusual: compressed, of an old format, cut off in the middle, or with huge numbers. */
export function decodeFetch(bytes: Buffer) {
  const from = new Reader(bytes);
  const clientSideThrottleTime = from.int32();
  const errorCode = from.int16();
  const sessionId = from.int32();
  const responses = from.array(() => ({
    topicName: from.text(from.int16()),
    partitions: from.array(() => partitionOf(from)),
  }));
  // As kafkajs has it: the broker has not throttled this request, the client is to throttle the next.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

function partitionOf(from: Reader) {
  return {
    partition: from.int32(),
    errorCode: from.int16(),
    highWatermark: String(from.int64()),
    lastStableOffset: String(from.int64()),
    lastStartOffset: String(from.int64()),
    abortedTransactions: from.array((): Aborted => {
      return { producerId: String(from.int64()), firstOffset: String(from.int64()) };
    }),
    preferredReadReplica: from.int32(),
    messages: messagesOf(from),
  };
}

function messagesOf(from: Reader): object[] {
  const messages: object[] = [];
  const end = from.endOf(Math.max(0, from.int32()));
  while (end - from.at >= batchMinBytes) {
    const firstOffset = from.int64();
    const length = from.int32();
    // The last batch may be cut off, because an answer has a bound.
    if (length > end - from.at) break;
    const batchEnd = from.at + length;
    recordsOf(from, firstOffset, messages);
    from.at = batchEnd;
  }
  from.at = end;
  return messages;
}

function recordsOf(from: Reader, firstOffset: number, messages: object[]): void {
  const partitionLeaderEpoch = from.int32();
  const magicByte = from.int8();
  from.int32(); // the checksum, which kafkajs does not look at
  const attributes = from.int16();
  if (magicByte !== batchFormat || attributes & compressionMask) throw new Error('unusual');
  const lastOffsetDelta = from.int32();
  const firstTimestamp = from.int64();
  const context: BatchContext = {
    firstOffset: String(firstOffset),
    firstTimestamp: String(firstTimestamp),
    partitionLeaderEpoch,
    inTransaction: (attributes & transactional) > 0,
    isControlBatch: (attributes & control) > 0,
    lastOffsetDelta,
    maxTimestamp: String(from.int64()),
    producerId: String(from.int64()),
    producerEpoch: from.int16(),
    firstSequence: from.int32(),
    timestampType: timestampTypes[attributes & logAppendTime ? 'LOG_APPEND_TIME' : 'CREATE_TIME'],
    magicByte,
  };
  const appendedAt = attributes & logAppendTime ? context.maxTimestamp : undefined;
  for (let left = from.int32(); left > 0; left--) {
    const end = from.endOf(from.varInt());
    const recordAttributes = from.int8();
    const timestampDelta = from.varInt();
    const offset = String(firstOffset + from.varInt());
    messages.push({
      magicByte,
      attributes: recordAttributes,
      timestamp: appendedAt ?? String(firstTimestamp + timestampDelta),
      offset,
      key: from.bytes(from.varInt()),
      value: from.bytes(from.varInt()),
      headers: headersOf(from),
      isControlRecord: context.isControlBatch,
      batchContext: context,
    });
    from.at = end;
  }
}

function headersOf(from: Reader): Headers {
  const headers: Headers = {};
  for (let left = from.varInt(); left > 0; left--) {
    const name = String(from.text(from.varInt()));
    if (name === '__proto__') throw new Error('unusual');
    const value = from.bytes(from.varInt());
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else headers[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return headers;
}

class Reader {
  at = 0;

  constructor(private readonly buf: Buffer) {}

  int8(): number {
    return this.buf.readInt8(this.move(1));
  }

  int16(): number {
    return this.buf.readInt16BE(this.move(2));
  }

  int32(): number {
    return this.buf.readInt32BE(this.move(4));
  }

  int64(): number {
    const start = this.move(8);
    return safe(this.buf.readInt32BE(start) * 2 ** 32 + this.buf.readUInt32BE(start + 4));
  }

  /** Also Kafka's longs of variable length: no number here needs more than 53 bits. */
  varInt(): number {
    let byte = this.buf.readUInt8(this.at++);
    let value = byte & 127;
    for (let factor = 128; byte > 127; factor *= 128) {
      byte = this.buf.readUInt8(this.at++);
      value += (byte & 127) * factor;
    }
    return safe(value % 2 === 0 ? value / 2 : -(value + 1) / 2);
  }

  array<T>(read: () => T): T[] {
    const count = this.int32();
    const all: T[] = [];
    for (let i = 0; i < count; i++) all.push(read());
    return all;
  }

  text(length: number): string | null {
    return this.bytes(length)?.toString('utf8') ?? null;
  }

  bytes(length: number): Buffer | null {
    if (length === -1) return null;
    const start = this.at;
    return this.buf.subarray(start, (this.at = this.endOf(length)));
  }

  endOf(length: number): number {
    const end = this.at + length;
    if (length < 0 || end > this.buf.length) throw new Error('cut off');
    return end;
  }

  private move(count: number): number {
    const start = this.at;
    this.at += count;
    return start;
  }
}

function safe(value: number): number {
  if (!Number.isSafeInteger(value)) throw new Error('unusual');
  return value;
}
