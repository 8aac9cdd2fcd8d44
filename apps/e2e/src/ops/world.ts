import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import type { Fleet, Service, ServiceName } from '../chaos/fleet.js';
import type { Stores } from '../chaos/stores.js';
import type { Prometheus } from './prometheus.js';
import type { Traffic } from './traffic.js';

export type World = {
  fleet: Fleet;
  stores: Stores;
  traffic: Traffic;
  prometheus: Prometheus;
  brokers: string;
  databaseUrl: string;
  logsDir: string;
  prefix: string;
};

/** What one looks at who follows a runbook; throws where it is not there. */
export type Followed = { runbook: string; alert: string; look(world: World): Promise<string> };

/** Something breaks, and alerts fire. Small bounds of the stack are reached by little traffic. */
export type Failure = {
  name: string;
  bounds: 'usual' | 'small' | 'window';
  runbooks: readonly Followed[];
  /** Alerts that would wake somebody for something else. */
  never?: readonly string[];
  /** Answers how it is repaired. */
  break(world: World): Promise<() => Promise<void>>;
};

export const one = ({ fleet }: World, service: ServiceName): Service => fleet.all(service)[0]!;

export const kafkaOf = ({ brokers }: World): Kafka =>
  new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });

export async function sql(world: World, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: world.databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A lock that is held until what this answers is called. */
export async function locked(world: World, statement: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: world.databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN');
  await client.query(statement);
  return () => client.end();
}
