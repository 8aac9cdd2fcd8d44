import { deliveryId } from '@posthorn/domain';
import type { Database } from '@posthorn/runtime';
import { DeliveryStore } from '../delivery.store.js';
import { dayMs } from '../day-partitions.js';
import { EventStore } from '../event.store.js';
import { PollStore } from '../poll.store.js';
import { ReplayStore } from '../replay.store.js';
import type { ReplayKind } from '../replay.js';
import { StatisticsStore } from '../statistics.store.js';
import { WaitingStore } from '../waiting.store.js';
import {
  entitiesFor,
  entityIdOf,
  eventIdOf,
  type Plan,
  random,
  rareType,
  subscriptionId,
  subscriptionsEach,
  tenants,
  types,
} from './data.js';

export type Query = { name: string; ask: () => Promise<unknown> };

const limit = 50;

/** Every question that can be asked, each time about something else, half of them about one tenant. */
export function queriesOn(db: Database, plan: Plan, firstSeq: number, events: number): Query[] {
  const any = anything(plan, firstSeq, events);
  return Object.entries({
    ...lists(db, any),
    ...details(db, any),
    ...statistics(db, any),
    ...counts(db, any),
  }).map(([name, ask]) => ({
    name,
    ask,
  }));
}

function anything(plan: Plan, firstSeq: number, events: number) {
  const next = random(7);
  const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)];
  const tenant = () => (next() < 0.5 ? tenants[0] : one(tenants));
  const subscription = () => subscriptionId(Math.floor(next() * subscriptionsEach));
  const entity = () => ({
    entityName: 'order',
    entityId: entityIdOf(Math.floor(next() * entitiesFor(plan))),
  });
  const time = (ms: number) => {
    const from = plan.untilMs - plan.days * dayMs + next() * (plan.days * dayMs - ms);
    return { from: new Date(from), to: new Date(from + ms) };
  };
  return {
    tenant,
    subscription,
    entity,
    time,
    hour: () => time(3_600_000),
    seq: () => firstSeq + Math.floor(next() * events),
    endSeq: firstSeq + events,
    eventId: () => eventIdOf(firstSeq + Math.floor(next() * events)),
    type: () => one(types),
  };
}

type Anything = ReturnType<typeof anything>;
type Asked = Record<string, () => Promise<unknown>>;

function lists(db: Database, { tenant, subscription, entity, time, hour, eventId, type }: Anything): Asked {
  const eventStore = new EventStore(db);
  const deliveries = new DeliveryStore(db);
  const listEvents = (given: object) => eventStore.list({ tenantId: tenant(), limit, ...given });
  const listDeliveries = (given: object) => deliveries.list({ tenantId: tenant(), limit, ...given });
  return {
    events: () => listEvents({}),
    'events by type': () => listEvents({ type: type() }),
    'events by a rare type': () => listEvents({ type: rareType }),
    'events by entity': () => listEvents(entity()),
    'events by id': () => listEvents({ id: eventId() }),
    'events of an hour': () => listEvents(hour()),
    'events of an hour by type': () => listEvents({ ...hour(), type: type() }),
    deliveries: () => listDeliveries({}),
    'deliveries of a subscription': () => listDeliveries({ subscriptionId: subscription() }),
    'deliveries delivered': () => listDeliveries({ status: 'delivered' }),
    'deliveries failed': () => listDeliveries({ status: 'failed' }),
    'deliveries waiting': () => listDeliveries({ status: 'waiting' }),
    'deliveries failed of a subscription': () =>
      listDeliveries({ status: 'failed', subscriptionId: subscription() }),
    ...Object.fromEntries(
      (['2xx', '4xx', '5xx', 'none'] as const).map((statusClass) => [
        `deliveries with ${statusClass}`,
        () => listDeliveries({ statusClass }),
      ]),
    ),
    'deliveries with 5xx of a subscription': () =>
      listDeliveries({ statusClass: '5xx', subscriptionId: subscription() }),
    'deliveries by event type': () => listDeliveries({ event: { type: type() } }),
    'deliveries by a rare event type': () => listDeliveries({ event: { type: rareType } }),
    'deliveries by entity': () => listDeliveries({ event: entity() }),
    'deliveries of an hour': () => listDeliveries({ event: hour() }),
    'deliveries of an hour and a subscription': () =>
      listDeliveries({ event: hour(), subscriptionId: subscription() }),
    'deliveries failed of a day': () => listDeliveries({ event: time(dayMs), status: 'failed' }),
    'deliveries of an event': () => listDeliveries({ eventId: eventId() }),
    'what waits': () => new WaitingStore(db).list({ tenantId: tenant(), limit }),
  };
}

/** What counts, and what is read by machines. */
function counts(db: Database, { tenant, subscription, seq, time, endSeq, entity }: Anything): Asked {
  const [waiting, polls, replays] = [new WaitingStore(db), new PollStore(db), new ReplayStore(db)];
  const count = (kind: ReplayKind, given: object) => {
    const [tenantId, subscriptionId] = [tenant(), subscription()];
    const wish = { kind, subscriptionId, targetSubscriptionId: subscriptionId, filter: {}, ...time(dayMs) };
    return replays.count(tenantId, { ...wish, ...given }, endSeq, new Date());
  };
  return {
    'what is polled': () => polls.read(tenant(), subscription(), seq(), limit),
    'what waits of a subscription': () =>
      waiting.list({ tenantId: tenant(), subscriptionId: subscription(), limit }),
    'backlog of a tenant': () => waiting.backlogOf(tenant(), undefined),
    'backlog of a subscription': () => waiting.backlogOf(tenant(), subscription()),
    'count of a day to replay': () => count('range', {}),
    'count of a day to replay of an entity': () => count('range', { filter: entity() }),
    'count of what failed, to replay': () => count('failed', { from: null }),
  };
}

function details(db: Database, { eventId }: Anything): Asked {
  const [events, deliveries] = [new EventStore(db), new DeliveryStore(db)];
  return {
    'an event with its deliveries': async () => {
      const id = eventId();
      const { tenantId } = await owner(db, id);
      if (!(await events.find(tenantId, id))) throw new Error(`${id} is not there`);
      if ((await deliveries.ofEvent(tenantId, id)).length === 0) throw new Error(`${id} has no deliveries`);
    },
    'a delivery with its attempts': async () => {
      const event = eventId();
      const { matched, tenantId } = await owner(db, event);
      const id = deliveryId(event, matched[0]);
      if (!(await deliveries.find(tenantId, id, event))) throw new Error(`${id} is not there`);
      return deliveries.attempts(id);
    },
  };
}

function statistics(db: Database, { tenant, subscription, time }: Anything): Asked {
  const store = new StatisticsStore(db);
  return {
    'statistics by minute': () => store.list({ tenantId: tenant(), step: 'minute', ...time(dayMs) }),
    'statistics by hour': () =>
      store.list({
        tenantId: tenant(),
        subscriptionId: subscription(),
        step: 'hour',
        ...time(3 * dayMs),
      }),
    'statistics by day': () => store.list({ tenantId: tenant(), step: 'day', ...time(3 * dayMs) }),
  };
}

async function owner(db: Database, eventId: string): Promise<{ tenantId: string; matched: string[] }> {
  const [row] = await db.query<{ tenantId: string; matched: string[] }>(
    'SELECT tenant_id AS "tenantId", matched FROM events WHERE event_id = $1',
    [eventId],
  );
  return row;
}
