import type { Traffic } from './traffic.js';

export type Setup = {
  tenants: number;
  /** Subscriptions of each tenant, all of which get each of its events. */
  fanOut: number;
  ordering: 'unordered' | 'strict' | 'per-entity';
  /** Share of the events whose first attempt fails. */
  failing: number;
  /** Subscriptions of each tenant beside those, for events that nobody publishes. */
  others: number;
};

export type Scenario = {
  name: string;
  title: string;
  /**
   * `catch-up`: the subscriptions are paused while everything is published, and measured from then on.
   * `replay`: what one more subscription has had is delivered to it again beside the traffic. `dead`: what
   * subscriptions cost whose receivers have refused everything, while nothing else is to do. `projection`:
   * delivery-log stands still while everything is delivered, and is measured from then on by itself.
   */
  kind: 'flow' | 'catch-up' | 'replay' | 'idle' | 'dead' | 'projection';
  setup: Setup;
  traffic: Load;
};

/** What a run adds is whom it is for. */
export type Load = Omit<Traffic, 'tenants' | 'run' | 'type'>;

export const unordered: Setup = { tenants: 20, fanOut: 1, ordering: 'unordered', failing: 0, others: 0 };
const kafka = { way: 'kafka' as const, batch: 1, concurrency: 1, perS: 0, zipf: false, bytes: 500 };
export const kafkaFlow = kafka;
const http = { ...kafka, way: 'http' as const };

export const idleMs = 20_000;
const shortIdleMs = 3_000;
/** The subscription beside the traffic of `replay` gets so many events again. */
export const replayed = 3_000;

export function latencyScenario(perS: number): Scenario {
  const traffic = { ...http, way: 'rate' as const, events: perS * 20, perS };
  const title = `${perS} events/s, one HTTP request each`;
  return { name: `latency-${perS}`, title, kind: 'flow', setup: unordered, traffic };
}

/** In the order in which they run: what leaves most behind comes last. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'idle',
    title: 'nothing to do',
    kind: 'idle',
    setup: unordered,
    traffic: { ...kafka, events: 0 },
  },
  {
    name: 'dead',
    title: '1,000 dead subscriptions',
    kind: 'dead',
    setup: { ...unordered, tenants: 1_000, failing: 1 },
    traffic: { ...kafka, events: 1_000 },
  },
  latencyScenario(100),
  latencyScenario(500),
  {
    name: 'kafka',
    title: 'Kafka-native ingest',
    kind: 'flow',
    setup: unordered,
    traffic: { ...kafka, events: 100_000 },
  },
  {
    name: 'http',
    title: 'one HTTP request per event, 64 at once',
    kind: 'flow',
    setup: unordered,
    traffic: { ...http, events: 50_000, concurrency: 64 },
  },
  {
    name: 'http-batch',
    title: 'HTTP batches of 100',
    kind: 'flow',
    setup: unordered,
    traffic: { ...http, events: 80_000, batch: 100, concurrency: 4 },
  },
  {
    name: 'fan-out',
    title: 'ten subscriptions an event',
    kind: 'flow',
    setup: { ...unordered, fanOut: 10 },
    traffic: { ...kafka, events: 15_000 },
  },
  {
    name: 'strict',
    title: 'strict, 200 subscriptions',
    kind: 'flow',
    setup: { ...unordered, tenants: 200, ordering: 'strict' },
    traffic: { ...kafka, events: 80_000 },
  },
  {
    name: 'per-entity',
    title: 'per entity, 200 subscriptions',
    kind: 'flow',
    setup: { ...unordered, tenants: 200, ordering: 'per-entity' },
    traffic: { ...kafka, events: 80_000 },
  },
  {
    name: 'failing',
    title: 'unordered, 5 % fail once',
    kind: 'flow',
    setup: { ...unordered, failing: 0.05 },
    traffic: { ...kafka, events: 60_000 },
  },
  {
    name: 'replay',
    title: '500 events/s beside a replay',
    kind: 'replay',
    setup: unordered,
    traffic: { ...http, way: 'rate', events: 5_000, perS: 500 },
  },
  {
    name: 'catch-up',
    title: 'one subscription, 200,000 events behind',
    kind: 'catch-up',
    setup: { ...unordered, tenants: 1 },
    traffic: { ...kafka, events: 200_000 },
  },
  {
    name: 'projection',
    title: 'delivery-log alone, 100,000 deliveries behind',
    kind: 'projection',
    setup: unordered,
    traffic: { ...kafka, events: 100_000 },
  },
  {
    name: 'tenants',
    title: '2,000 tenants, Zipf',
    kind: 'flow',
    setup: { ...unordered, tenants: 2_000 },
    traffic: { ...kafka, events: 80_000, zipf: true },
  },
];

/**
 * What is published before anything is measured: a cold JVM and cold code cost several times as much. Every
 * way in is gone once.
 */
export const warmUps: readonly Load[] = [
  { ...kafka, events: 30_000 },
  { ...http, events: 6_000, concurrency: 64 },
  { ...http, events: 20_000, batch: 100, concurrency: 4 },
];

const shortEvents = 2_000;

export function shortLoad(load: Load): Load {
  return { ...load, events: Math.min(load.events, shortEvents) };
}

/** So little that it is over soon: it shows that nothing is lost, and its figures are none to quote. */
export function shortened(scenario: Scenario): Scenario {
  return { ...scenario, traffic: shortLoad(scenario.traffic) };
}

export function idleFor(short: boolean): number {
  return short ? shortIdleMs : idleMs;
}
