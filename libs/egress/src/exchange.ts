import { type Dispatcher } from 'undici';
import { type Connection } from './connection.js';
import { Timed } from './deadlines.js';
import { failureOf, notWritten } from './failure.js';
import { KeptBody } from './kept-body.js';
import { type OriginPool } from './origin-pool.js';
import { type EgressRequest, type EgressResult, type EgressTimings, type Failure } from './result.js';

type Controller = Dispatcher.DispatchController;
type RawHeaders = Record<string, string | string[] | undefined>;

/** Who is told of the end. Tells the caller later, outside of the socket's and parser's stack. */
export type ExchangeOwner = {
  readonly responseMaxBytes: number;
  ended(exchange: Exchange): void;
  /** Finds it a connection, or lets it wait for one. */
  place(exchange: Exchange): void;
};
/** What is known of the connection that was, or was not, opened for a request. */
export type Opening = { readonly dnsMs: number; readonly connectMs: number; readonly tlsMs: number };

const noBody = Buffer.alloc(0);

/**
 * One request from `send` to its result; also undici's handler for it. It ends exactly once, by whatever
 * comes first: the last byte, the cut, an error or its deadline. What undici says afterwards is ignored.
 */
export class Exchange extends Timed implements Dispatcher.DispatchHandler {
  readonly startedAt = Date.now();
  readonly beganAt = performance.now();
  pool: OriginPool | undefined;
  connection: Connection | undefined;
  result: EgressResult | undefined;
  /** Whether it was put back once, after a connection had closed before anything was written. */
  requeued = false;
  private sentAt = -1;
  private firstByteMs = -1;
  private status = 0;
  private headers: RawHeaders | undefined;
  private body: KeptBody | undefined;

  path = '/';

  constructor(
    readonly request: EgressRequest,
    private readonly done: (result: EgressResult) => void,
    private readonly owner: ExchangeOwner,
  ) {
    super();
  }

  get over(): boolean {
    return this.result !== undefined;
  }

  /** Whether undici may have put a byte of it on the wire. */
  get written(): boolean {
    return this.sentAt >= 0;
  }

  override onDeadline(): void {
    const message = `no complete answer within ${this.request.timeoutMs} ms (${this.phase()})`;
    this.cut({ reason: 'timeout', message });
  }

  /** Ends it wherever it is: waiting, on the wire, or in the answer's body. */
  cut(failure: Failure): void {
    this.fail(failure, this.connection ? undefined : this.pool?.oldestAttempt());
    this.pool?.withdraw(this);
    this.connection?.close();
  }

  fail({ reason, message }: Failure, opening = this.connection?.openedFor(this)): void {
    if (!this.over) this.end({ kind: 'error', reason, message, timings: this.timings(opening) });
  }

  report(): void {
    if (this.result) this.done(this.result);
  }

  onRequestStart(controller: Controller): void {
    if (this.over) controller.abort(notWritten);
    else this.sentAt = performance.now();
  }

  onResponseStarted(): void {
    if (this.firstByteMs < 0) this.firstByteMs = performance.now() - this.sentAt;
  }

  onResponseStart(_controller: Controller, status: number, headers: RawHeaders): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.over) return;
    this.body ??= new KeptBody(this.owner.responseMaxBytes);
    if (this.body.add(chunk)) return;
    this.respond(true);
    // The rest may have no end: the connection is worth less than the time it would take to find out.
    this.connection?.close();
  }

  onResponseEnd(): void {
    if (!this.over) this.respond(false);
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    if (this.over) return;
    const failure = failureOf(error);
    // undici calls onRequestStart before the first byte, so without that call nothing of the request was
    // sent.
    if (!this.written && failure.reason === 'reset' && !this.requeued) {
      this.requeued = true;
      this.connection?.close();
      this.connection = undefined;
      this.owner.place(this);
      return;
    }
    this.fail(failure);
    // A request undici would not accept has left the connection as it was.
    if (this.written || failure.reason !== 'protocol') this.connection?.close();
  }

  private respond(truncated: boolean): void {
    this.end({
      kind: 'response',
      status: this.status,
      headers: flat(this.headers ?? {}),
      body: this.body?.take() ?? noBody,
      truncated,
      timings: this.timings(this.connection?.openedFor(this)),
      remoteAddress: this.connection?.remoteAddress ?? '',
    });
  }

  private end(result: EgressResult): void {
    this.result = result;
    this.body = undefined;
    this.owner.ended(this);
  }

  private timings(opening: Opening | undefined): EgressTimings {
    return {
      startedAt: this.startedAt,
      durationMs: performance.now() - this.beganAt,
      dnsMs: opening ? opening.dnsMs : -1,
      connectMs: opening ? opening.connectMs : -1,
      tlsMs: opening ? opening.tlsMs : -1,
      firstByteMs: this.firstByteMs,
    };
  }

  private phase(): string {
    if (this.status > 0) return 'reading the body';
    if (this.written) return 'waiting for the answer';
    const attempt = this.connection ? undefined : this.pool?.oldestAttempt();
    if (!attempt) return 'waiting for a connection';
    return { dns: 'resolving the name', connect: 'connecting', tls: 'TLS handshake' }[attempt.phase];
  }
}

/**
 * Repeated headers are joined as RFC 9110 says; nearly no answer has one, so the object is usually undici's
 * own.
 */
function flat(headers: RawHeaders): Record<string, string> {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(', ');
  }
  return headers as Record<string, string>;
}
