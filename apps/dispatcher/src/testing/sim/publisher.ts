import {
  encodeControl,
  encodeEvent,
  eventsTopic,
  type LaneCommand,
  type SubscriptionChanged,
  type SubscriptionSnapshot,
} from '@posthorn/contracts';
import type { Broker } from './broker.js';
import type { History } from './history.js';

const day = '2026-01-01T00:00:00.000Z';
const types = ['x.a', 'x.b', 'y.a'];
const filters = [['*'], ['x.*'], ['y.a', 'x.b']];
export const retryPolicy = { delaysMs: [200, 400, 800] };

/** Subscriptions there may be: several for an event, over two tenants, in all orderings. */
const kinds = [
  { tenantId: 'a', ordering: 'strict', origin: 'one', rateLimit: null },
  { tenantId: 'a', ordering: 'per-entity', origin: 'one', rateLimit: null },
  { tenantId: 'a', ordering: 'unordered', origin: 'one', rateLimit: null },
  { tenantId: 'b', ordering: 'strict', origin: 'two', rateLimit: null },
  { tenantId: 'b', ordering: 'unordered', origin: 'three', rateLimit: 5 },
] as const;

/** Writes `events` as event-ingest and the relays do, and tells the history. */
export class Publisher {
  /** The newest snapshot of every kind; a deleted one makes way for a new subscription. */
  readonly current: (SubscriptionSnapshot | undefined)[] = kinds.map(() => undefined);
  private readonly ids: { id: string; tenantId: string; type: string; entity: string }[] = [];
  private readonly controls: Omit<SubscriptionChanged, 'kind' | 'tenantId'>[] = [];
  private made = 0;

  constructor(
    private readonly broker: Broker,
    private readonly history: History,
    private readonly now: () => number,
  ) {}

  event(a: number, b: number): void {
    if (b % 11 === 10) this.broker.log(eventsTopic.name).gap();
    const tenantId = a % 3 === 2 ? 'b' : 'a';
    const made = { id: `evt_${this.made++}`, tenantId, type: types[b % 3], entity: `e${(a >> 2) % 3}` };
    this.ids.push(made);
    this.write(made, (b >> 4) % 4 === 3 ? 400 : 0);
  }

  /** An event, or a snapshot, that the log holds already. */
  repeat(a: number, b: number): void {
    if (b % 3 === 0 && this.controls.length > 0) this.writeControl(this.controls[a % this.controls.length]);
    else if (this.ids.length > 0) this.write(this.ids[this.ids.length - 1 - (a % this.ids.length)], 0);
  }

  garbage(topic: string): void {
    this.broker.append({ topic, key: null, value: Buffer.from('garbage') });
  }

  change(a: number, b: number): void {
    const at = a % kinds.length;
    const current = this.current[at];
    if (!current || current.status === 'deleted') this.create(at, b % 4 === 3 ? b : undefined);
    else if (b % 8 < 2) this.update(at, { status: 'active' });
    else if (b % 8 === 2) this.update(at, { status: 'paused' });
    else if (b % 8 === 3) this.update(at, { status: 'disabled' });
    else if (b % 8 === 4) this.update(at, { status: 'deleted' });
    else this.update(at, { filter: { types: filters[(b >> 3) % filters.length] } });
  }

  /** @param past where it begins, somewhere in the log; else it begins now */
  create(at: number, past?: number): void {
    const { origin, ...kind } = kinds[at];
    const end = this.broker.log(eventsTopic.name).high;
    const startSeq = past === undefined ? undefined : past % (end + 1);
    const id = `sub_${at}_${this.made++}`;
    const made: SubscriptionSnapshot = {
      ...kind,
      id,
      version: 1,
      profile: 'brutlers',
      name: id,
      url: `https://${origin}.test/${id}`,
      status: 'active',
      filter: { types: ['*'] },
      secrets: [{ sealed: 'sealed' }],
      retryPolicy,
      timeoutMs: 5_000,
      headers: {},
      metadata: {},
      createdAt: day,
      updatedAt: day,
    };
    this.put(at, made, startSeq);
  }

  update(at: number, change: Partial<SubscriptionSnapshot>): void {
    const current = this.current[at];
    if (current) this.put(at, { ...current, ...change, version: current.version + 1 });
  }

  command(
    a: number,
    command: LaneCommand['command'],
    args: Record<string, unknown> = {},
  ): number | undefined {
    const current = this.current[a % kinds.length];
    if (!current) return undefined;
    const { tenantId, id: subscriptionId } = current;
    const order = {
      kind: 'command' as const,
      id: `cmd_${this.made++}`,
      tenantId,
      subscriptionId,
      command,
      args,
    };
    return this.broker.append({ topic: eventsTopic.name, key: tenantId, value: encodeControl(order) });
  }

  replay(a: number, b: number): void {
    const current = this.current[a % kinds.length];
    const end = this.broker.log(eventsTopic.name).high;
    if (!current || current.status !== 'active' || end === 0) return;
    const replayId = `rpl_${this.made++}`;
    const from = b % end;
    const seq = this.command(a, 'replay', { replayId, fromSeq: from })!;
    this.history.replay({ seq, replayId, subscriptionId: current.id, from, until: seq });
  }

  private put(at: number, snapshot: SubscriptionSnapshot, startSeq?: number): void {
    const control = { snapshot, ...(startSeq === undefined ? {} : { startSeq }) };
    this.current[at] = snapshot;
    this.controls.push(control);
    this.writeControl(control);
  }

  private writeControl(control: Omit<SubscriptionChanged, 'kind' | 'tenantId'>): void {
    const { snapshot, startSeq } = control;
    const { tenantId } = snapshot;
    const value = encodeControl({ kind: 'subscription', tenantId, ...control });
    const seq = this.broker.append({ topic: eventsTopic.name, key: tenantId, value });
    this.history.control(seq, snapshot, startSeq);
  }

  /** Its data tells its place in the log, so that a request can be told from another. */
  private write({ id, tenantId, type, entity }: (typeof this.ids)[number], padding: number): void {
    const seq = this.broker.log(eventsTopic.name).high;
    const data = Buffer.from(JSON.stringify({ n: seq, padding: ' '.repeat(padding) }));
    const acceptedAt = this.now();
    const event = {
      kind: 'event' as const,
      id,
      tenantId,
      type,
      entity: { name: 'thing', id: entity },
      timestamp: day,
      acceptedAt,
      data,
    };
    this.broker.append({ topic: eventsTopic.name, key: tenantId, value: encodeEvent(event) });
    this.history.event(seq, event, acceptedAt);
  }
}
