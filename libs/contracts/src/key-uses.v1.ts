import { decodeObject, encodeObject, requireFields } from './wire.js';

/** That an API key was used, where its owner (subscription-api) does not see it: the last time each. */
export type KeyUse = {
  /** The record's key, too. */
  keyId: string;
  /** Epoch ms. */
  at: number;
};

export function encodeKeyUse(use: KeyUse): Buffer {
  return encodeObject(use);
}

/** @throws UndecodableError */
export function decodeKeyUse(value: Buffer | null): KeyUse {
  const head = decodeObject(value);
  requireFields(head, { keyId: 'string', at: 'number' });
  return head as KeyUse;
}
