import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';

type Ready = Record<string, unknown>;
type Block = {
  readyLines(ready: Ready): string;
  remind(ready: Ready, say: (line: string) => void): () => void;
};
type ProductLog = {
  logFileOf(start: { app: string; dev: boolean; stateDir: string }, isTerminal: boolean): string | undefined;
  beginLog(file: string): void;
  boundLog(file: string, bytesMax: number): void;
};

const file = join(import.meta.dirname, '../../../tools/lib/ready-block.mjs');
const stateDir = mkdtempSync(join(tmpdir(), 'posthorn-ready-'));
const ready = {
  app: 'standalone',
  url: 'http://127.0.0.1:8400',
  kafka: '127.0.0.1:9092',
  stateDir,
  took: '7.3 s',
  adminKey: 'ph_shown-once',
  adminKeyPlace: 'kept in keys/admin-key',
  login: { email: 'admin@posthorn.local', password: 'a-password' },
};

let block: Block;
beforeAll(async () => {
  block = (await import(file)) as Block;
});
afterAll(() => rmSync(stateDir, { recursive: true }));

it('what npm start says when it is ready has the address, the keys, and where they are found again', () => {
  const lines = block.readyLines(ready);
  for (const part of [ready.url, 'ph_shown-once', 'a-password', join(stateDir, 'ready.txt')])
    expect(lines).toContain(part);
  expect(block.readyLines({ ...ready, adminKey: undefined })).toContain('as before');
});

it('at a terminal log lines go into a file, it says which, and nothing is said twice', async () => {
  const { logFileOf, beginLog } = (await import(join(file, '../product-log.mjs'))) as ProductLog;
  const start = { app: 'standalone', dev: false, stateDir };
  const log = join(stateDir, 'logs', 'standalone.log');
  expect([logFileOf(start, true), logFileOf(start, false)]).toEqual([log, undefined]);
  expect(logFileOf({ ...start, dev: true }, true)).toBeUndefined();
  expect(block.readyLines({ ...ready, log })).toContain(`tail -f ${log}`);
  beginLog(log);
  writeFileSync(log, 'before');
  beginLog(log);
  expect(existsSync(log)).toBe(false);
  expect(readFileSync(`${log}.1`, 'utf8')).toBe('before');
  jest.useFakeTimers();
  const said: string[] = [];
  block.remind({ ...ready, log }, (line) => said.push(line));
  jest.advanceTimersByTime(60_000);
  jest.useRealTimers();
  expect(said).toEqual([]);
});

it('the log of a long run is emptied in its place, and the part before is kept beside it', async () => {
  const { boundLog } = (await import(join(file, '../product-log.mjs'))) as ProductLog;
  const log = join(stateDir, 'long.log');
  boundLog(log, 10);
  const writing = openSync(log, 'a');
  writeSync(writing, '0123456789');
  boundLog(log, 10);
  expect([statSync(log).size, existsSync(`${log}.1`)]).toEqual([10, false]);
  writeSync(writing, 'x');
  boundLog(log, 10);
  writeSync(writing, 'after');
  closeSync(writing);
  expect([readFileSync(`${log}.1`, 'utf8'), readFileSync(log, 'utf8')]).toEqual(['0123456789x', 'after']);
});

it('in a pipe it is said once more without secrets, and stands in a file while it runs', () => {
  jest.useFakeTimers();
  const said: string[] = [];
  const forget = block.remind(ready, (line) => said.push(line));
  const kept = join(stateDir, 'ready.txt');
  expect(statSync(kept).mode & 0o777).toBe(0o600);
  expect(said).toEqual([]);
  jest.advanceTimersByTime(10_000);
  jest.useRealTimers();
  expect(said).toHaveLength(1);
  for (const text of [said[0]!, readFileSync(kept, 'utf8')]) {
    expect(text).toContain('Posthorn runs at http://127.0.0.1:8400');
    expect(text).toContain('kept in keys/admin-key');
    expect(text).not.toMatch(/ph_shown-once|a-password/);
  }
  forget();
  expect(existsSync(kept)).toBe(false);
});
