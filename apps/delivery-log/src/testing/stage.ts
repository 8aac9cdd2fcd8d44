import type { Service } from '@posthorn/runtime';
import { testDatabase, type TestDatabase, testKafka, type TestKafka, waitFor } from '@posthorn/testing';
import type { DeliveryLogSettings } from '../index.js';
import { Cluster, LogApi } from './cluster.js';

/** A delivery-log over topics and a database of its own, and an operator's key to ask it with. */
export class LogStage {
  readonly log = new LogApi(() => this.service.url);
  /** The one that `log` asks. */
  service!: Service;

  private constructor(
    readonly broker: TestKafka,
    readonly stores: TestDatabase,
    readonly cluster: Cluster,
  ) {}

  /** With one service, ready. */
  static async open(given: Partial<DeliveryLogSettings> = {}): Promise<LogStage> {
    const broker = testKafka();
    const stage = new LogStage(broker, await testDatabase(), new Cluster(broker.brokers, broker.prefix));
    const { cluster, stores, log } = stage;
    try {
      await cluster.start();
      await cluster.key('operator', null, ['manage']);
      stage.service = await cluster.startService(stores.url, given);
      await waitFor(() => log.isReady(), { timeoutMs: 20_000 });
    } catch (error) {
      await stage.close();
      throw error;
    }
    return stage;
  }

  async close(): Promise<void> {
    await this.cluster.stop();
    await this.broker.cleanup();
    await this.stores.drop();
  }
}
