import type { Attributes } from '@opentelemetry/api';
import type { SpanOptions } from './spans.js';

/** Of the span `send <topic>` for one record; `about` is what it carries. */
export function sendOptions(
  { topic, partition }: { topic: string; partition?: number },
  about: Attributes = {},
): SpanOptions {
  return {
    kind: 'producer',
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': topic,
      ...(partition === undefined ? {} : { 'messaging.destination.partition.id': String(partition) }),
      ...about,
    },
  };
}
