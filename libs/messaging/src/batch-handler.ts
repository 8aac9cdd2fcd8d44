import { isObservable } from 'rxjs';
import type { LogFn } from './kafka-log.js';
import type { RecordBatch } from './records.js';

/**
 * Calls a handler and does not wait for it. Nest's handlers are asynchronous and may answer with a stream;
 * both are only watched for what goes wrong, so that it is logged and stops nothing.
 */
export function handBatch(handler: (batch: RecordBatch) => unknown, batch: RecordBatch, log: LogFn): void {
  const failed = (error: unknown) =>
    log('error', 'a batch handler failed', {
      topic: batch.topic,
      partition: batch.partition,
      offset: batch.records[0]?.offset,
      error: error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error),
    });
  const watch = (result: unknown) => {
    if (isObservable(result)) result.subscribe({ error: failed });
  };
  try {
    const result = handler(batch);
    if (result instanceof Promise) result.then(watch).catch(failed);
    else watch(result);
  } catch (error) {
    failed(error);
  }
}
