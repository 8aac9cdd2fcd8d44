import { setImmediate as turn } from 'node:timers/promises';
import { LogLines } from './log-lines.js';
import { createLogger } from './logging.js';

function lines(): { lines: LogLines; written: string[] } {
  const written: string[] = [];
  return { lines: new LogLines({ write: (text: string) => void written.push(text) }), written };
}

it('the lines of one turn are written together, those of the next one by themselves', async () => {
  const { lines: log, written } = lines();
  log.write('a\n');
  log.write('b\n');
  expect(written).toEqual([]);
  await turn();
  expect(written).toEqual(['a\nb\n']);
  log.write('c\n');
  await turn();
  expect(written).toEqual(['a\nb\n', 'c\n']);
  await turn();
  expect(written).toHaveLength(2);
});

it('many lines do not wait for the end of the turn', () => {
  const { lines: log, written } = lines();
  const line = `${'x'.repeat(1_000)}\n`;
  for (let i = 0; i < 100; i++) log.write(line);
  expect(written).toHaveLength(1);
  expect(written[0]!.length).toBeGreaterThan(60_000);
  expect(written[0]!.length).toBeLessThan(70_000);
});

it('a fatal line is written at once, after those before it', () => {
  const { lines: log, written } = lines();
  const logger = createLogger({ logLevel: 'info' }, 'x', log);
  logger.info('before');
  logger.fatal('the end');
  expect(
    written
      .join('')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg),
  ).toEqual(['before', 'the end']);
});
