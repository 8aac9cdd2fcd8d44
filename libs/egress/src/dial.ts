import { connect, isIP, type Socket } from 'node:net';

export type DialCallback = (error: Error | null, socket: Socket | null) => void;
/**
 * Opens a byte stream to an address; returns how to give up. Calls back once, later; never after it was
 * cancelled.
 */
export type Dial = (address: string, port: number, done: DialCallback) => () => void;

/** RFC 8305: how long an attempt has the field to itself before the next address starts beside it. */
const headStartMs = 250;
const maxTries = 8;
const tcpKeepAliveMs = 60_000;

/** Only ever given an address, so nothing is resolved behind the guard's back. */
export const dialDirect: Dial = (address, port, done) => {
  if (isIP(address) === 0) throw new Error('only addresses are dialled');
  const socket = connect({
    host: address,
    port,
    autoSelectFamily: false,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: tcpKeepAliveMs,
  });
  let told = false;
  const tell = (error: Error | null) => {
    if (told) return;
    told = true;
    done(error, error ? null : socket);
  };
  // Stays for the socket's life: one without a listener for errors ends the process.
  socket.on('error', tell);
  socket.once('connect', () => tell(null));
  return () => {
    told = true;
    socket.destroy();
  };
};

/**
 * Tries the addresses in order, the next one after a failure or after a head start; the first that connects
 * wins.
 */
export function dialAny(
  addresses: readonly string[],
  port: number,
  dial: Dial,
  done: WinnerCallback,
): () => void {
  return new Race(addresses.slice(0, maxTries), port, dial, done).start();
}

type WinnerCallback = (error: Error | null, socket: Socket | null, address: string) => void;

class Race {
  /** How to give up what is being tried. By try, not by address: a list may hold one twice. */
  private readonly running = new Map<number, () => void>();
  private next = 0;
  private over = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly addresses: readonly string[],
    private readonly port: number,
    private readonly dial: Dial,
    private readonly done: WinnerCallback,
  ) {}

  start(): () => void {
    this.tryNext();
    return () => this.end();
  }

  private tryNext(): void {
    clearTimeout(this.timer);
    const at = this.next;
    this.next += 1;
    const cancel = this.dial(this.addresses[at], this.port, (error, socket) =>
      this.finished(at, error, socket),
    );
    this.running.set(at, cancel);
    if (this.next < this.addresses.length) this.timer = setTimeout(() => this.tryNext(), headStartMs);
  }

  private finished(at: number, error: Error | null, socket: Socket | null): void {
    this.running.delete(at);
    if (this.over) {
      // Nobody would own it, and no budget would know of it.
      socket?.destroy();
      return;
    }
    const address = this.addresses[at];
    if (error === null) {
      this.end();
      this.done(null, socket, address);
    } else if (this.next < this.addresses.length) {
      this.tryNext();
    } else if (this.running.size === 0) {
      this.end();
      this.done(error, null, address);
    }
  }

  private end(): void {
    this.over = true;
    clearTimeout(this.timer);
    for (const cancel of this.running.values()) cancel();
    this.running.clear();
  }
}
