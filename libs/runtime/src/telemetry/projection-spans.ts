import { readTrace } from '@posthorn/messaging';
import type { ProjectionRecord, TopicPartition } from '../projection-types.js';
import type { Spans } from './spans.js';

/**
 * A batch that was applied joins traces: it is a trace of its own with links to them, and each of them has a
 * span of its own for it, which is linked to the batch.
 */
export function recordApplied(
  spans: Spans,
  { name, topic, partition }: TopicPartition & { name: string },
  records: readonly ProjectionRecord[],
  startMs: number,
): void {
  const traced = records.flatMap((record) => {
    const trace = readTrace(record);
    return trace && spans.samples(trace) ? [{ record, trace }] : [];
  });
  if (traced.length === 0) return;
  const attributes = {
    'messaging.system': 'kafka',
    'messaging.operation.name': 'project',
    'messaging.operation.type': 'process',
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': String(partition),
    'posthorn.projection': name,
  };
  const batch = spans.join(
    `project ${topic} batch`,
    traced.map(({ trace }) => trace),
    {
      kind: 'consumer',
      startMs,
      attributes: { ...attributes, 'messaging.batch.message_count': records.length },
    },
  );
  for (const { record, trace } of traced)
    spans
      .child(`project ${topic}`, trace, {
        kind: 'consumer',
        startMs,
        attributes: { ...attributes, 'messaging.kafka.offset': record.offset },
        links: batch ? [batch.context] : [],
      })
      ?.end();
  batch?.end();
}
