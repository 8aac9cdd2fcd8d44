import { pino, type DestinationStream } from 'pino';

/** More than this is not kept until the end of the turn. */
const heldMax = 64 * 1024;

/**
 * Writes the lines of one turn of the event loop together: under load a line for every request was a system
 * call for every request. They are out before anything else happens, and before the process ends by itself.
 */
export class LogLines implements DestinationStream {
  private lines = '';
  private planned = false;

  constructor(private readonly out: DestinationStream) {}

  write(line: string): void {
    this.lines += line;
    if (this.lines.length > heldMax) return this.flushSync();
    if (this.planned) return;
    this.planned = true;
    setImmediate(() => {
      this.planned = false;
      this.flushSync();
    });
  }

  /** pino calls it after a fatal line. */
  flushSync(): void {
    if (this.lines === '') return;
    const { lines } = this;
    this.lines = '';
    this.out.write(lines);
  }
}

let stdout: LogLines | undefined;

/** One for the process, however many loggers write to it. */
export function stdoutLines(): LogLines {
  if (stdout) return stdout;
  const lines = (stdout = new LogLines(pino.destination({ fd: 1, sync: true })));
  process.once('exit', () => lines.flushSync());
  return stdout;
}
