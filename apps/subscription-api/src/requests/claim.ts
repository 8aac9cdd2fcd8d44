import { AsyncLocalStorage } from 'node:async_hooks';

/** One use of an `Idempotency-Key`: keys of different callers never meet. */
export type Claim = {
  /** Whose: an API key's or a user's id. */
  callerId: string;
  key: string;
  /** Hex SHA-256 of method, path and body. */
  fingerprint: string;
};

const claims = new AsyncLocalStorage<Claim>();

/** Runs a request under its claim, so that the transaction that carries it out can say so. */
export function underClaim<T>(claim: Claim, work: () => Promise<T>): Promise<T> {
  return claims.run(claim, work);
}

export function currentClaim(): Claim | undefined {
  return claims.getStore();
}
