import { AppError } from '@posthorn/runtime';
import { isObject } from '../problems.js';

export const modes = ['ok', 'fail', 'gone', 'delay', 'hang'] as const;
export type Behaviour = { mode: (typeof modes)[number]; delayMs: number };

export type Received = {
  n: number;
  at: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** Null: not answered (yet). */
  answered: number | null;
};

const keptMax = 200;
const delayMaxMs = 60_000;

/** What arrived, the newest of it, and what the receiver was told to do about it. */
export class ReceivedRequests {
  behaviour: Behaviour = { mode: 'ok', delayMs: 2_000 };
  private requests: Received[] = [];
  private n = 0;

  add(request: Omit<Received, 'n' | 'at' | 'answered'>): Received {
    const entry = { n: ++this.n, at: new Date().toISOString(), answered: null, ...request };
    this.requests.push(entry);
    if (this.requests.length > keptMax) this.requests.shift();
    return entry;
  }

  /** Newest first. */
  list(limit: number): Received[] {
    return limit > 0 ? this.requests.slice(-limit).reverse() : [];
  }

  clear(): void {
    this.requests = [];
  }
}

/** @throws AppError `invalid` */
export function readBehaviour(body: unknown): Behaviour {
  const { mode, delayMs = 2_000 } = isObject(body) ? body : {};
  const known = modes.find((name) => name === mode);
  if (!known) throw new AppError('invalid', `/mode: must be one of ${modes.join(', ')}`);
  if (typeof delayMs !== 'number' || !(delayMs >= 0 && delayMs <= delayMaxMs))
    throw new AppError('invalid', `/delayMs: must be a number from 0 to ${delayMaxMs}`);
  return { mode: known, delayMs };
}

const statuses = { ok: 200, delay: 200, fail: 500, gone: 410 } as const;

/** Undefined: no answer at all. */
export function answerOf({ mode, delayMs }: Behaviour): { status: number; delayMs: number } | undefined {
  if (mode === 'hang') return undefined;
  return { status: statuses[mode], delayMs: mode === 'delay' ? delayMs : 0 };
}
