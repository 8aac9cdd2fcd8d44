import { throwError } from 'rxjs';
import { handBatch } from './batch-handler.js';
import type { RecordBatch } from './records.js';

const batch = { topic: 't', partition: 3, records: [{ offset: 9 }] } as RecordBatch;

it.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('oh');
    },
  ],
  [
    'rejects',
    async () => {
      throw new Error('oh');
    },
  ],
  ['answers with a stream that fails', () => throwError(() => new Error('oh'))],
  ['promises a stream that fails', async () => throwError(() => new Error('oh'))],
])('logs where a handler stood that %s', async (_, handler) => {
  const lines: [string, unknown][] = [];
  handBatch(handler, batch, (level, _message, fields) => void lines.push([level, fields]));
  await new Promise((resolve) => setImmediate(resolve));
  const error = expect.stringContaining('oh');
  expect(lines).toEqual([['error', { topic: 't', partition: 3, offset: 9, error }]]);
});

it('waits for nothing', () => {
  const lines: unknown[] = [];
  handBatch(
    () => new Promise(() => undefined),
    batch,
    (...line) => void lines.push(line),
  );
  handBatch(
    () => 'done',
    batch,
    (...line) => void lines.push(line),
  );
  expect(lines).toEqual([]);
});
