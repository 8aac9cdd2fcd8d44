import { encodeRejected, rejectedTopic } from '@posthorn/contracts';
import type { KafkaConnection } from '@posthorn/messaging';
import type { Outbox } from './outbox.js';
import type { Rejection } from './owner-ports.js';

/** Takes a record that cannot be decoded to `rejected`; `settle` is called when it is safe there. */
export function reject(
  { kafka, outbox }: { kafka: Pick<KafkaConnection, 'topicName' | 'log'>; outbox: Outbox },
  { topic, partition, record, reason }: Rejection,
  settle: () => void,
): void {
  const place = { topic: kafka.topicName(topic), partition, offset: record.offset };
  kafka.log('error', 'undecodable record', { ...place, reason });
  const value = encodeRejected({
    ...place,
    service: 'dispatcher',
    code: 'undecodable',
    reason,
    at: Date.now(),
    original: record.value ?? Buffer.alloc(0),
  });
  const done = (error: Error | null): void => void (error || settle());
  outbox.write({ topic: rejectedTopic.name, partition: 0, key: null, value, done });
}
