import { createRequire } from 'node:module';
import './kafka-connection.js';
import { type Cluster, remembering } from './transaction-coordinators.js';

const moved = () => Object.assign(new Error('moved'), { type: 'NOT_COORDINATOR_FOR_GROUP' });

/** A cluster in which `at` is the coordinator; brokers in `down` cannot be connected to. */
class FakeCluster {
  at = 1;
  readonly down = new Set<number>();
  readonly said: string[] = [];
  fails: Error | undefined;

  private broker(nodeId: number) {
    const call = (name: string) => async (params: object) => {
      this.said.push(`${name} ${nodeId} ${JSON.stringify(params)}`);
      if (this.fails) throw this.fails;
      if (nodeId !== this.at) throw moved();
      return name;
    };
    return { nodeId, addPartitionsToTxn: call('add'), endTxn: call('end'), initProducerId: call('init') };
  }

  async findGroupCoordinator({ groupId }: { groupId: string }) {
    this.said.push(`find ${groupId}`);
    return this.broker(this.at);
  }

  async findBroker({ nodeId }: { nodeId: number }) {
    if (this.down.has(nodeId)) throw new Error('connection refused');
    return this.broker(nodeId);
  }
}

remembering(FakeCluster.prototype as unknown as Cluster);

type Calls = Record<'addPartitionsToTxn' | 'endTxn' | 'initProducerId', (of: object) => Promise<string>>;

let cluster: FakeCluster;
beforeEach(() => void (cluster = new FakeCluster()));

const coordinatorOf = async (groupId: string, coordinatorType = 1): Promise<Calls> =>
  (await (cluster as unknown as Cluster).findGroupCoordinator({ groupId, coordinatorType })) as never;

it('asks for the coordinator of each transactional id once, and every time for that of a group', async () => {
  for (const id of ['tx-1', 'tx-1', 'tx-2', 'tx-1']) await (await coordinatorOf(id)).endTxn({ id });
  for (const _ of [0, 1]) await coordinatorOf('group', 0);
  expect(cluster.said).toEqual([
    ...['find tx-1', 'end 1 {"id":"tx-1"}', 'end 1 {"id":"tx-1"}', 'find tx-2', 'end 1 {"id":"tx-2"}'],
    ...['end 1 {"id":"tx-1"}', 'find group', 'find group'],
  ]);
});

it('finds a coordinator that has moved, and makes the request there', async () => {
  await coordinatorOf('tx');
  cluster.at = 2;
  cluster.said.length = 0;
  expect(await (await coordinatorOf('tx')).addPartitionsToTxn({})).toBe('add');
  await (await coordinatorOf('tx')).endTxn({});
  expect(cluster.said).toEqual(['add 1 {}', 'find tx', 'add 2 {}', 'end 2 {}']);
});

it('finds another one where the one it knows cannot be reached', async () => {
  await coordinatorOf('tx');
  cluster.down.add(1);
  cluster.at = 2;
  expect(await (await coordinatorOf('tx')).endTxn({})).toBe('end');
  expect(cluster.said).toEqual(['find tx', 'find tx', 'end 2 {}']);
});

it('repeats nothing whose outcome is not known, or that was refused', async () => {
  await coordinatorOf('tx');
  for (const error of [
    new Error('connection closed'),
    Object.assign(new Error(), { type: 'PRODUCER_FENCED' }),
  ]) {
    cluster.fails = error;
    cluster.said.length = 0;
    await expect((await coordinatorOf('tx')).endTxn({})).rejects.toBe(error);
    expect(cluster.said).toEqual(['end 1 {}']);
    // But who comes next asks who it is.
    await coordinatorOf('tx');
    expect(cluster.said).toEqual(['end 1 {}', 'find tx']);
  }
});

it('is how kafkajs itself asks', async () => {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/cluster/index.js') as { prototype: Cluster };
  let asked = 0;
  const real = Object.assign(Object.create(prototype) as Cluster, {
    retrier: (work: (bail: (error: Error) => void) => Promise<unknown>) =>
      work((error) => {
        throw error;
      }),
    findGroupCoordinatorMetadata: async () => ({ coordinator: { nodeId: ++asked } }),
    findBroker: async ({ nodeId }: { nodeId: number }) => ({ nodeId }),
  });
  for (const _ of [0, 1, 2]) await real.findGroupCoordinator({ groupId: 'tx', coordinatorType: 1 });
  expect(asked).toBe(1);
});
