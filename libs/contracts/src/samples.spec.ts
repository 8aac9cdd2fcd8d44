import { readdirSync, readFileSync } from 'node:fs';
import {
  allTopics,
  type AttemptsMessage,
  type CursorsMessage,
  decodeAttempts,
  decodeAuditNote,
  decodeCursors,
  decodeDirectory,
  decodeDue,
  decodeEvents,
  decodeKeyUse,
  decodeRejected,
  decodeRetry,
  decodeSubscription,
  type DirectoryMessage,
  type DueMessage,
  encodeAttempts,
  encodeAuditNote,
  encodeControl,
  encodeCursors,
  encodeDirectory,
  encodeDue,
  encodeEvent,
  encodeKeyUse,
  encodeRejected,
  encodeRetry,
  encodeSubscription,
  type EventsMessage,
  type KeyUse,
  type RejectedMessage,
  type RetryMessage,
  type SubscriptionMessage,
  type SubscriptionSnapshot,
} from './index.js';
import { auditNotes } from './testing/audit-notes.samples.js';

const data = Buffer.from('{ "id":"o1",\n "total":1.0, "name":"J\\u00fcrgen Bär ✓" }');
const event: EventsMessage = {
  kind: 'event',
  id: 'evt_k6ce3otu6cv3nr6o3fnh4odum2',
  tenantId: 'vendor-17',
  type: 'order.created',
  entity: { name: 'order', id: 'o1' },
  timestamp: '2026-04-15T10:00:01.234Z',
  acceptedAt: 1776247201300,
  source: '/shop',
  data,
};
const thin: EventsMessage = {
  kind: 'event',
  ...{ id: 'evt_3blwuzfonjgtdgc4v7vjvguy3p', tenantId: 'vendor-17', type: 'order.created' },
  ...{ entity: null, timestamp: '2026-04-15T10:00:01.234Z', acceptedAt: 1776247201300 },
  data: Buffer.alloc(0),
};
const snapshot: SubscriptionSnapshot = {
  tenantId: 'vendor-17',
  id: 'sub_aaaqeayeaudaocajbifqydiob4',
  version: 3,
  profile: 'standard',
  name: 'Büro',
  url: 'https://meine-app.de/webhooks',
  status: 'active',
  ordering: 'per-entity',
  filter: { types: ['order.*'] },
  secrets: [{ sealed: 'v1.k1.AAAA' }, { sealed: 'v1.k0.BBBB', expiresAt: 1776333600000 }],
  retryPolicy: { baseMs: 1000, factor: 2, maxMs: 60000, attempts: 5, jitter: 0.1 },
  timeoutMs: 15000,
  rateLimit: null,
  headers: { 'x-team': 'a' },
  metadata: { owner: 'b' },
  createdAt: '2026-04-15T10:00:00.000Z',
  updatedAt: '2026-04-15T10:00:00.000Z',
};
const lane = { tenantId: 'vendor-17', subscriptionId: snapshot.id, lane: '' };
const fresh = { cursor: 4711, attempt: 0, failingSince: null };
const retry: RetryMessage = {
  tenantId: 'vendor-17',
  subscriptionId: snapshot.id,
  deliveryId: 'dlv_aaaqeayeaudaocajbifqydiob4',
  seq: 4711,
  attempt: 1,
  dueAt: 1776247211300,
  replayId: 'rpl_aaaqeayeaudaocajbifqydiob4',
  event: encodeEvent(event),
};
const attemptIdentity = {
  tenantId: 'vendor-17',
  subscriptionId: snapshot.id,
  deliveryId: retry.deliveryId,
  eventId: event.id,
  eventType: 'order.created',
  seq: 4711,
};

/** What the stored files say, in the order of their numbers. */
const expected = {
  'events.v1': [
    event,
    thin,
    { kind: 'subscription', tenantId: 'vendor-17', snapshot },
    {
      kind: 'command',
      id: 'cmd_aaaqeayeaudaocajbifqydiob4',
      tenantId: 'vendor-17',
      subscriptionId: snapshot.id,
      command: 'retry-delivery',
      args: { deliveryId: retry.deliveryId, seq: 4711 },
    },
    { kind: 'subscription', tenantId: 'vendor-17', snapshot, startSeq: 4000 },
  ] satisfies EventsMessage[],
  'cursors.v1': [
    { kind: 'owner', nonce: 'n-1', instance: 'host-1', at: 1776247200000 },
    { kind: 'window', next: 4711, bitmap: 'gAE=', at: 1776247200000 },
    { kind: 'due', next: 12, bitmap: '' },
    {
      kind: 'parked',
      ...lane,
      cursor: 4711,
      attempt: 2,
      dueAt: 1776247204000,
      failingSince: 1776247201000,
      reason: 'failing',
      gone: true,
    },
    { kind: 'behind', ...lane, ...fresh, lane: 'replay/rpl_1', until: 5000 },
    {
      ...{ kind: 'behind', ...lane, ...fresh, lane: 'replay/rpl_2', until: 5000 },
      replay: { ratePerS: 200, seqs: '5yQB' },
    },
    { kind: 'window', next: 4711, bitmap: 'gAE=', at: 1776247200000, since: 1776247199000 },
    { kind: 'behind', ...lane, ...fresh, since: 1776247199000 },
    {
      ...{ kind: 'parked', ...lane, ...fresh, reason: 'paused' },
      ...{ dueAt: 1776852000000, waitingSince: 1776247200000 },
    },
  ] satisfies CursorsMessage[],
  'subscriptions.v1': [
    {
      snapshot,
      matching: [
        { sinceSeq: 10, filter: { entities: [{ name: 'BusinessPartner', changes: ['create'] }] } },
        { sinceSeq: 20, filter: null },
      ],
    },
  ] satisfies SubscriptionMessage[],
  'directory.v1': [
    { kind: 'tenant', id: 'vendor-17', profile: 'brutlers', name: 'Brille & Söhne', version: 1 },
    {
      kind: 'key',
      id: 'key_aaaqeayeaudaocajbifqydiob4',
      hash: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      tenantId: null,
      scopes: ['publish', 'read', 'manage'],
      expiresAt: 1776333600000,
      revokedAt: null,
      version: 2,
    },
    {
      kind: 'user',
      id: 'usr_aaaqeayeaudaocajbifqydiob4',
      sessionsFrom: 1776247201300,
      removedAt: null,
      version: 3,
    },
    {
      kind: 'session-key',
      id: 'current',
      publicKey: '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
      version: 1,
    },
    {
      kind: 'event-type',
      id: 'vendor-17/order.created',
      tenantId: 'vendor-17',
      type: 'order.created',
      schema: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
      onInvalid: 'reject',
      removed: false,
      version: 1,
    },
  ] satisfies DirectoryMessage[],
  'key-uses.v1': [{ keyId: 'key_aaaqeayeaudaocajbifqydiob4', at: 1776247201300 }] satisfies KeyUse[],
  'audit-notes.v1': auditNotes,
  'retries.v1': [retry] satisfies RetryMessage[],
  'due.v1': [
    { kind: 'lane', ...lane, cursor: 4711, attempt: 2, dueAt: 1776247204000 },
    { kind: 'delivery', ...retry },
  ] satisfies DueMessage[],
  'attempts.v1': [
    {
      kind: 'attempt',
      ...attemptIdentity,
      attempt: 1,
      outcome: 'failed',
      final: false,
      status: 503,
      url: 'https://meine-app.de/webhooks',
      startedAt: 1776247201300,
      durationMs: 41.5,
      timings: { dnsMs: 1, connectMs: 2, tlsMs: 3, firstByteMs: 40 },
      nextAttemptAt: 1776247211300,
      requestHeaders: { 'webhook-id': event.id },
      responseHeaders: { server: 'nginx' },
      truncated: true,
      responseBody: Buffer.from('Service\nUnavailable\u0000é'),
    },
    {
      kind: 'attempt',
      ...attemptIdentity,
      attempt: 0,
      outcome: 'expired',
      final: true,
      error: 'timeout',
      message: 'no answer within 5 s',
      url: '',
      startedAt: 1776247201300,
      durationMs: 0,
      responseBody: Buffer.alloc(0),
    },
    {
      kind: 'lane-cancelled',
      ...lane,
      fromSeq: 4711,
      untilSeq: 4800,
      at: 1776247201300,
      reason: 'disabled',
    },
  ] satisfies AttemptsMessage[],
  'rejected.v1': [
    {
      service: 'event-ingest',
      topic: 'posthorn.inbox.v1',
      partition: 3,
      offset: 99,
      code: 'invalid-event',
      reason: 'tenantId is required',
      at: 1776247201300,
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      key: 'k',
      original: Buffer.from([0x7b, 0x0a, 0xff, 0x00]),
    },
  ] satisfies RejectedMessage[],
};

type Codec = { decode: (value: Buffer | null) => unknown; encode: (message: never) => Buffer };

const codecs: Record<keyof typeof expected, Codec> = {
  'events.v1': {
    decode: decodeEvents,
    encode: (message: EventsMessage) =>
      message.kind === 'event' ? encodeEvent(message) : encodeControl(message),
  },
  'cursors.v1': { decode: decodeCursors, encode: encodeCursors },
  'subscriptions.v1': { decode: decodeSubscription, encode: encodeSubscription },
  'directory.v1': { decode: decodeDirectory, encode: encodeDirectory },
  'key-uses.v1': { decode: decodeKeyUse, encode: encodeKeyUse },
  'audit-notes.v1': { decode: decodeAuditNote, encode: encodeAuditNote },
  'retries.v1': { decode: decodeRetry, encode: encodeRetry },
  'due.v1': { decode: decodeDue, encode: encodeDue },
  'attempts.v1': { decode: decodeAttempts, encode: encodeAttempts },
  'rejected.v1': { decode: decodeRejected, encode: encodeRejected },
};

/**
 * Stored bytes of every kind of record of every topic version (`<topic>.<n>.bin`: no formatter touches them).
 * They must decode for ever: files are added, never changed. What cannot read them is a new version.
 */
const folder = new URL('../samples/', import.meta.url);
const cases = Object.entries(expected).flatMap(([topic, messages]) =>
  messages.map((message: object, i) => ({ name: `${topic}.${i + 1}`, topic, message })),
);
const bare = (file: string): string => file.replace(/\.bin$/, '');
const files = readdirSync(folder);

describe.each(cases)('$name', ({ name, topic, message }) => {
  const { decode, encode } = codecs[topic as keyof typeof expected];
  const stored = readFileSync(
    new URL(
      files.find((file) => bare(file) === name)!,
      folder,
    ),
  );

  it('decodes as it did when it was stored', () => {
    expect(decode(stored)).toEqual(message);
  });

  it('comes back from its own bytes', () => {
    expect(decode(encode(message as never))).toEqual(message);
  });

  it('tolerates a field of a later release', () => {
    const grown = Buffer.concat([Buffer.from('{"added":{"later":true},'), stored.subarray(1)]);
    expect(decode(grown)).toMatchObject(message);
  });

  it('is refused without the fields it cannot do without', () => {
    expect(() => decode(Buffer.from('{}'))).toThrow(expect.objectContaining({ kind: 'undecodable' }));
  });
});

it('has samples of every topic but the one others write, and no file nobody reads', () => {
  const ours = allTopics.map(({ name }) => name).filter((name) => name !== 'inbox.v1');
  expect(Object.keys(expected).sort()).toEqual(ours.sort());
  expect(files.map(bare).sort()).toEqual(cases.map(({ name }) => name).sort());
});
