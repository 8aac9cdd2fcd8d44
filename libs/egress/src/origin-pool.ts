import { Attempt, type AttemptOutcome, type Wire } from './attempt.js';
import { Connection } from './connection.js';
import { type Deadlines } from './deadlines.js';
import { type Exchange } from './exchange.js';
import { type SocketBudget } from './socket-budget.js';
import { type Origin } from './target.js';

/** A connection that takes longer is given up and, where somebody still waits, tried afresh. */
const attemptMaxMs = 15_000;

export type PoolContext = {
  readonly wire: Wire;
  readonly deadlines: Deadlines;
  readonly budget: SocketBudget;
  readonly connectionsPerOrigin: number;
  readonly keepAliveMaxAgeMs: number;
  /** Nothing is kept alive any more. */
  closing: boolean;
  /** The pool holds nothing now. */
  emptied(pool: OriginPool): void;
};

/**
 * The connections of one origin. Requests wait here, not inside undici: so a deadline takes a waiting
 * request out at once, any connection that becomes free serves the one that has waited longest, and no more
 * connections are opened than are waited for. The waiting line's limit is its callers': every entry has a
 * deadline.
 */
export class OriginPool {
  private readonly idle: Connection[] = [];
  private readonly connections = new Set<Connection>();
  private readonly attempts = new Set<Attempt>();
  private readonly waiting = new Set<Exchange>();
  /** Connections whose answer is complete and that come back before the next turn of the event loop. */
  private returning = 0;
  private submitting = false;

  constructor(
    readonly origin: Origin,
    private readonly context: PoolContext,
  ) {}

  submit(exchange: Exchange): void {
    exchange.pool = this;
    this.submitting = true;
    const connection = this.takeIdle();
    this.submitting = false;
    if (connection) {
      connection.run(exchange);
      return;
    }
    this.waiting.add(exchange);
    this.pump();
  }

  /**
   * Its deadline came while it waited. What is being opened for nobody is given up: it may never come to an
   * end.
   */
  withdraw(exchange: Exchange): void {
    if (!this.waiting.delete(exchange)) return;
    for (const attempt of this.attempts) {
      if (this.attempts.size > this.waiting.size) attempt.onDeadline();
    }
    this.settle();
  }

  oldestAttempt(): Attempt | undefined {
    const [attempt] = this.attempts;
    return attempt;
  }

  willReturn(): void {
    this.returning += 1;
  }

  /** The exchange on it has ended, well or badly. */
  giveBack(connection: Connection): void {
    this.returning -= 1;
    if (connection.usable && (this.context.closing || this.tooOld(connection))) connection.close();
    if (connection.usable) this.offer(connection);
    this.pump();
    this.settle();
  }

  /** The connection is closed; called once for each. */
  forget(connection: Connection): void {
    this.connections.delete(connection);
    const at = this.idle.indexOf(connection);
    if (at >= 0) this.idle.splice(at, 1);
    this.context.budget.giveBack();
    this.pump();
    this.settle();
  }

  /** Opens what is waited for, within the limits. */
  pump(): void {
    const { connectionsPerOrigin, budget } = this.context;
    while (
      this.waiting.size > this.attempts.size + this.returning &&
      this.connections.size + this.attempts.size < connectionsPerOrigin &&
      budget.take(this)
    ) {
      this.openOne();
    }
  }

  closeIdle(): void {
    for (const connection of [...this.idle]) connection.close();
  }

  destroy(): void {
    for (const connection of [...this.connections]) connection.close();
    for (const attempt of [...this.attempts]) attempt.onDeadline();
  }

  private openOne(): void {
    const { wire, deadlines } = this.context;
    const attempt = new Attempt(this.origin, wire, (ended, outcome) => this.attemptEnded(ended, outcome));
    this.attempts.add(attempt);
    deadlines.add(attempt, attempt.startedAt, attemptMaxMs);
    attempt.start();
  }

  private attemptEnded(attempt: Attempt, outcome: AttemptOutcome): void {
    this.attempts.delete(attempt);
    this.context.deadlines.remove(attempt);
    if (outcome.kind === 'open') {
      const connection = new Connection(this, outcome.socket, attempt, this.context.keepAliveMaxAgeMs);
      this.connections.add(connection);
      if (this.waiting.size === 0) connection.park();
      this.offer(connection);
    } else {
      this.context.budget.giveBack();
      const [longest] = this.waiting;
      // The attempt was begun for this exchange or one before it. One that came later gets an attempt of its
      // own.
      if (outcome.kind === 'failed' && longest && longest.beganAt <= attempt.startedAt) {
        this.waiting.delete(longest);
        longest.fail(outcome.failure, attempt);
      }
    }
    this.pump();
    this.settle();
  }

  private offer(connection: Connection): void {
    const [longest] = this.waiting;
    if (longest) {
      this.waiting.delete(longest);
      connection.run(longest);
    } else if (this.context.closing) {
      connection.close();
    } else {
      this.idle.push(connection);
      this.context.budget.idled(connection);
    }
  }

  /**
   * The one used last: it is the least likely to have been closed by the receiver, and the others may become
   * idle.
   */
  private takeIdle(): Connection | undefined {
    for (let connection = this.idle.pop(); connection; connection = this.idle.pop()) {
      connection.unlink();
      if (connection.usable && !this.tooOld(connection)) return connection;
      connection.close();
    }
    return undefined;
  }

  private tooOld(connection: Connection): boolean {
    return performance.now() - connection.openedAt >= this.context.keepAliveMaxAgeMs;
  }

  private settle(): void {
    const held = this.connections.size + this.attempts.size + this.waiting.size + this.returning;
    if (held === 0 && !this.submitting) this.context.emptied(this);
  }
}
