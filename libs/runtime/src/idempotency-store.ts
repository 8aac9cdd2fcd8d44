import { createHash, createHmac } from 'node:crypto';
import { joinKey } from '@posthorn/contracts';
import { AppError } from './problem.js';
import { SealedError, type KeyRing } from './secrets.js';

/** One use of an `Idempotency-Key`: keys of different callers never meet. */
export type Claim = {
  /** Whose: an API key's or a user's id. */
  callerId: string;
  key: string;
  /** Hex, of method, path and body: the store's own; the first is the newest, all say the same. */
  fingerprints: readonly [string, ...string[]];
};

/** For a migration of a service that has an IdempotencyStore. */
export const idempotencyKeysTable = `CREATE TABLE idempotency_keys (
  caller_id   text NOT NULL,
  key         text NOT NULL,
  fingerprint text NOT NULL,
  committed   boolean NOT NULL DEFAULT false,
  answer      text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (caller_id, key)
)`;
export const idempotencyKeysIndex = 'CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at)';

export type StoredAnswer = { status: number; body: unknown; etag?: string };

type Row = { fingerprint: string; committed: boolean; answer: string | null; stale: boolean };

/** A claim that is neither answered nor committed after so long belongs to a process that died. */
const abandonedS = 60;
const keptHours = 24;
const purgeEveryMs = 60_000;

const lost =
  'The first request was carried out, but its answer was lost: look at what is there, and use a new key.';

/**
 * Answers of requests with an `Idempotency-Key`, for 24 hours, in PostgreSQL: they survive restarts and are
 * known to every instance. The transaction that carries a request out marks its claim, so a crash between
 * the commit and the answer cannot make a repeat do it twice. Where answers may hold a secret that is shown
 * once, a key ring seals them.
 */
export class IdempotencyStore {
  private purgedAt = -Infinity;
  private readonly macKeys: Buffer[];

  constructor(
    private readonly db: { query<T>(sql: string, params?: unknown[]): Promise<T[]> },
    private readonly keyRing?: KeyRing,
  ) {
    this.macKeys = keyRing?.deriveAll('idempotency') ?? [];
  }

  /**
   * What a request is known again by. Bodies may hold passwords, which a plain hash would give to whoever
   * can guess: where there is a key ring, it takes one of its keys to compute it.
   */
  fingerprintsOf(line: string, body: Buffer | string): Claim['fingerprints'] {
    const hashes = this.macKeys.map((key) => createHmac('sha256', key));
    // The last is what earlier versions kept; it is compared only.
    const [first, ...rest] = [...hashes, createHash('sha256')];
    const hex = (hash: { update(data: Buffer | string): typeof hash; digest(encoding: 'hex'): string }) =>
      hash.update(`${line}\n`).update(body).digest('hex');
    return [hex(first), ...rest.map(hex)];
  }

  /**
   * Undefined: the claim is ours, go on. Otherwise the answer to give again.
   *
   * @throws AppError `idempotency-mismatch`, `request-in-progress`, `conflict` when the answer was lost
   */
  async begin(claim: Claim): Promise<StoredAnswer | undefined> {
    await this.purge();
    const { callerId, key, fingerprints } = claim;
    const mine = await this.db.query(
      `INSERT INTO idempotency_keys AS i (caller_id, key, fingerprint) VALUES ($1, $2, $3)
       ON CONFLICT (caller_id, key) DO UPDATE SET fingerprint = $3, created_at = now()
         WHERE i.answer IS NULL AND NOT i.committed AND i.created_at < now() - make_interval(secs => $4)
       RETURNING 1`,
      [callerId, key, fingerprints[0], abandonedS],
    );
    if (mine.length > 0) return undefined;
    const [row] = await this.db.query<Row | undefined>(
      `SELECT fingerprint, committed, answer, created_at < now() - make_interval(secs => $3) AS stale
         FROM idempotency_keys WHERE caller_id = $1 AND key = $2`,
      [callerId, key, abandonedS],
    );
    expectSame(claim, row);
    if (row?.answer) return this.open(claim, row.answer);
    if (row?.committed && row.stale) throw new AppError('conflict', lost);
    throw new AppError('request-in-progress', 'The first request with this Idempotency-Key is under way.', {
      retryAfterS: 1,
    });
  }

  /**
   * For a request whose answer is not kept: it is compared, and carried out each time.
   *
   * @returns whether it was carried out before
   * @throws AppError `idempotency-mismatch`
   */
  async compare(claim: Claim): Promise<boolean> {
    await this.purge();
    const { callerId, key, fingerprints } = claim;
    await this.db.query(
      `INSERT INTO idempotency_keys (caller_id, key, fingerprint) VALUES ($1, $2, $3)
       ON CONFLICT (caller_id, key) DO NOTHING`,
      [callerId, key, fingerprints[0]],
    );
    const [row] = await this.db.query<Pick<Row, 'fingerprint' | 'committed'> | undefined>(
      'SELECT fingerprint, committed FROM idempotency_keys WHERE caller_id = $1 AND key = $2',
      [callerId, key],
    );
    expectSame(claim, row);
    return row?.committed === true;
  }

  /** It was carried out; its answer is not kept. */
  async settle({ callerId, key }: Claim): Promise<void> {
    await this.db.query('UPDATE idempotency_keys SET committed = true WHERE caller_id = $1 AND key = $2', [
      callerId,
      key,
    ]);
  }

  async finish(claim: Claim, answer: StoredAnswer): Promise<void> {
    const text = JSON.stringify(answer);
    const sealed = this.keyRing?.seal(text, contextOf(claim)) ?? text;
    await this.db.query('UPDATE idempotency_keys SET answer = $3 WHERE caller_id = $1 AND key = $2', [
      claim.callerId,
      claim.key,
      sealed,
    ]);
  }

  /** The request failed: the same key may be tried again, unless something of it was committed. */
  async release({ callerId, key }: Claim): Promise<void> {
    await this.db.query('DELETE FROM idempotency_keys WHERE caller_id = $1 AND key = $2 AND NOT committed', [
      callerId,
      key,
    ]);
  }

  private open(claim: Claim, sealed: string): StoredAnswer {
    try {
      const text = this.keyRing?.open(sealed, contextOf(claim)).toString('utf8') ?? sealed;
      return JSON.parse(text) as StoredAnswer;
    } catch (error) {
      if (error instanceof SealedError) throw new AppError('conflict', lost);
      throw error;
    }
  }

  private async purge(): Promise<void> {
    const now = performance.now();
    if (now - this.purgedAt < purgeEveryMs) return;
    this.purgedAt = now;
    await this.db.query(
      'DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(hours => $1)',
      [keptHours],
    );
  }
}

function expectSame({ fingerprints }: Claim, row: Pick<Row, 'fingerprint'> | undefined): void {
  if (row && !fingerprints.includes(row.fingerprint))
    throw new AppError('idempotency-mismatch', 'This Idempotency-Key was used with another request.');
}

const contextOf = ({ callerId, key }: Claim): string => `idempotency/${joinKey(callerId, key)}`;
