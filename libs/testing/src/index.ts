export { apiKeys, KafkaProxy, type DropRule } from './kafka-proxy.js';
export { startNameServer, type NameServer, type Zone } from './name-server.js';
export { installPacked, type Installed } from './packed.js';
export { readTopic, type ReadRecord } from './read-topic.js';
export {
  Receiver,
  type Answer,
  type ReceivedOptions,
  type ReceivedRequest,
  type Script,
} from './receiver.js';
export { testDatabase, type TestDatabase } from './test-database.js';
export { testKafka, type TestKafka } from './test-kafka.js';
export { waitFor, type WaitOptions } from './wait-for.js';
