import { createRequire } from 'node:module';

type Broker = { nodeId: number };
type Asked = { groupId: string; coordinatorType?: number };
/** Of kafkajs's cluster, of which every producer has its own. */
export type Cluster = {
  findGroupCoordinator(asked: Asked): Promise<Broker>;
  findBroker(of: { nodeId: number }): Promise<Broker>;
};

const kafkajs = createRequire(import.meta.url);
const { prototype } = kafkajs('kafkajs/src/cluster/index.js') as { prototype: Cluster };

const transactionType = 1;
/** All that kafkajs asks a coordinator of transactions. */
const requests = ['initProducerId', 'addPartitionsToTxn', 'addOffsetsToTxn', 'endTxn'] as const;
/** What an answer says of a coordinator that has moved. To ask twice changes nothing: one epoch, one wish. */
const movedTypes = new Set(['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE']);

type Requests = Record<(typeof requests)[number], (params: object) => Promise<unknown>>;

let isInstalled = false;

/**
 * kafkajs asks who the coordinator is before each of the two requests that a transaction makes of it: two of
 * its five requests. Here it is asked once, and again when the answer of a request, or a connection that
 * cannot be made, says that it has moved; that request is then made once more.
 */
export function rememberTransactionCoordinators(): void {
  if (isInstalled) return;
  isInstalled = true;
  remembering(prototype);
}

/** As above, for that prototype. */
export function remembering(of: Cluster): void {
  const find = of.findGroupCoordinator;
  const known = new WeakMap<Cluster, Map<string, number>>();
  of.findGroupCoordinator = function (this: Cluster, asked: Asked) {
    if (asked.coordinatorType !== transactionType) return find.call(this, asked);
    let nodes = known.get(this);
    if (!nodes) known.set(this, (nodes = new Map()));
    return coordinator(this, () => find.call(this, asked), nodes, asked.groupId);
  };
}

async function coordinator(
  cluster: Cluster,
  find: () => Promise<Broker>,
  nodes: Map<string, number>,
  id: string,
): Promise<Broker> {
  const anew = async (): Promise<Broker & Requests> => {
    nodes.delete(id);
    const broker = await find();
    nodes.set(id, broker.nodeId);
    return broker as Broker & Requests;
  };
  const nodeId = nodes.get(id);
  if (nodeId === undefined) return anew();
  const remembered = await cluster.findBroker({ nodeId }).catch(() => undefined);
  if (!remembered) return anew();
  const ask = async (name: keyof Requests, params: object): Promise<unknown> => {
    try {
      return await (remembered as Broker & Requests)[name](params);
    } catch (error) {
      // Whatever it was, the next one who wants it asks anew: it may be silent because it is gone.
      nodes.delete(id);
      if (!movedTypes.has((error as { type?: string }).type ?? '')) throw error;
      return (await anew())[name](params);
    }
  };
  const calls = requests.map((name) => [name, (params: object) => ask(name, params)]);
  return { nodeId, ...Object.fromEntries(calls) };
}
