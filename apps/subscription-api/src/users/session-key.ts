import { directoryKey, directoryTopic, encodeDirectory, type DirectorySessionKey } from '@posthorn/contracts';
import type { OutboxRecord } from '../outbox/outbox-record.js';

export type SessionKeyEvent = { type: 'set'; payload: { publicKey: string } };

/** What others verify sessions with. There is one. */
export function sessionKeyRecord(publicKey: string, version: number): OutboxRecord {
  const message: DirectorySessionKey = { kind: 'session-key', id: 'current', publicKey, version };
  return { topic: directoryTopic.name, key: directoryKey(message), value: encodeDirectory(message) };
}
