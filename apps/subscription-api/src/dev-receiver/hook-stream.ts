import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { AppError } from '@posthorn/runtime';
import type { Hook } from './hook.js';
import { blank, viewOf, type Hooks } from './hooks.js';

const streamsMax = 20;
const aliveEveryMs = 15_000;
/** Changes within it are told together. */
const togetherMs = 40;

/**
 * Server-Sent Events of a hook: `cleared`, then `request` for each that came or was answered, then `hook`
 * with settings and counts. A reader that is slow gets the newest of what it missed, and holds nothing up.
 * Ids are of this process: after a restart everything is told anew.
 */
export class HookStreams {
  private readonly boot = randomBytes(6).toString('hex');
  private readonly open = new Set<() => void>();

  constructor(private readonly hooks: Hooks) {}

  /** Before anything is answered. @throws AppError `too-many-requests` */
  requireRoom(): void {
    if (this.open.size >= streamsMax)
      throw new AppError('too-many-requests', `There are ${streamsMax} streams already.`, { retryAfterS: 5 });
  }

  start(name: string, lastEventId: string | undefined, raw: ServerResponse): void {
    const [boot, rev] = (lastEventId ?? '').split('.');
    let sentRev = boot === this.boot && /^\d{1,15}$/.test(rev ?? '') ? Number(rev) : -1;
    let timer: NodeJS.Timeout | undefined;
    const say = (): void => {
      timer = undefined;
      // What comes meanwhile is said at once when there is room again.
      if (raw.writableNeedDrain) return void raw.once('drain', say);
      const hook = this.hooks.find(name);
      if (hook && hook.rev > sentRev) raw.write(this.changesOf(hook, sentRev));
      // Deleted: as if it had never been.
      if (!hook && sentRev >= 0) raw.write(this.changesOf(blank(name), -1));
      sentRev = hook?.rev ?? -1;
    };
    const alive = setInterval(() => raw.write(':\n\n'), aliveEveryMs);
    const forget = this.hooks.listen(name, () => (timer ??= setTimeout(say, togetherMs)));
    const end = (): void => {
      this.open.delete(end);
      clearTimeout(timer);
      clearInterval(alive);
      forget();
      raw.end();
    };
    this.open.add(end);
    raw.once('close', end);
    raw.write('retry: 1000\n\n');
    if (this.hooks.find(name)) say();
    else raw.write(this.changesOf(blank(name), -1));
  }

  close(): void {
    for (const end of [...this.open]) end();
  }

  private changesOf(hook: Hook, sinceRev: number): string {
    const isCleared = hook.clearedRev > sinceRev;
    return [
      ...(isCleared ? [message('cleared', {})] : []),
      ...hook.requests(sinceRev).map((view) => message('request', view)),
      message('hook', viewOf(hook), `${this.boot}.${hook.rev}`),
    ].join('');
  }
}

/** JSON has no line ends of its own, so a value is one line. */
function message(event: string, data: object, id?: string): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
