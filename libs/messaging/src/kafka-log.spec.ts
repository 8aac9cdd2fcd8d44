import { jest } from '@jest/globals';
import { logLevel } from 'kafkajs';
import { kafkaLogCreator, seldom, type LogFn } from './kafka-log.js';

const entry = (message: string, extra = {}, level = logLevel.ERROR) => ({
  namespace: 'Producer',
  level,
  label: 'ERROR',
  log: { message, timestamp: 'now', ...extra },
});

it('passes on what helps, as a warning, and tells of the trouble', () => {
  const lines: unknown[] = [];
  const troubles: string[] = [];
  const log: LogFn = (...line) => void lines.push(line);
  const trouble = (message: string) => void troubles.push(message);
  const write = kafkaLogCreator(log, { isNew: seldom(5_000), trouble })();
  write(entry('Connection error', { broker: 'b:1', stack: 'long', payload: Buffer.alloc(9) }));
  write(entry('The group is rebalancing', { groupId: 'g' }, logLevel.WARN));
  write(
    entry('Limiting retries for the idempotent producer may invalidate EoS guarantees', {}, logLevel.WARN),
  );
  expect(lines).toEqual([
    ['warn', 'kafka: Connection error', { namespace: 'Producer', broker: 'b:1' }],
    ['debug', 'kafka: The group is rebalancing', { namespace: 'Producer', groupId: 'g' }],
  ]);
  expect(troubles).toEqual(['Connection error']);
});

it('says the same thing once in five seconds, and never keeps the trouble to itself', () => {
  jest.useFakeTimers();
  const lines: string[] = [];
  let troubles = 0;
  const log: LogFn = (level, message) => void lines.push(`${level} ${message}`);
  const write = kafkaLogCreator(log, { isNew: seldom(5_000), trouble: () => troubles++, quiet: true })();
  for (let i = 0; i < 10; i++) write(entry('again'));
  write(entry('other'));
  jest.advanceTimersByTime(5_001);
  write(entry('again'));
  jest.useRealTimers();
  expect(lines).toEqual(['debug kafka: again', 'debug kafka: other', 'debug kafka: again']);
  expect(troubles).toBe(12);
});
