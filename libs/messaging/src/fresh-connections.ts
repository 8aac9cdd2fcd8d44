import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

/** Of kafkajs's connection, what belongs to one socket and not to the next. */
type Connection = {
  socket?: Socket;
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  isConnected(): boolean;
  connect(): Promise<boolean>;
};

const kafkajs = createRequire(import.meta.url);
const { prototype } = kafkajs('kafkajs/src/network/connection.js') as { prototype: Connection };

/** An answer begins with its length. */
const lengthBytes = 4;

const connecting = new WeakMap<Connection, Promise<boolean>>();
let isInstalled = false;

/**
 * kafkajs connects again with the same object, and keeps what it has of an answer that the old socket did not
 * bring to its end: it takes the new socket's answers for the rest of it, and never finds the start of
 * one again. A consumer then stands still for minutes, each of its fetches given up and repeated without a
 * word. It also leaves its handlers on the old socket, whose end would close the new one.
 *
 * Here a connection begins with nothing of the one before, and two callers share one.
 */
export function startConnectionsFresh(): void {
  if (isInstalled) return;
  isInstalled = true;
  const { connect } = prototype;
  prototype.connect = function (this: Connection) {
    if (this.isConnected()) return Promise.resolve(true);
    const before = connecting.get(this);
    if (before) return before;
    forget(this);
    const made = connect.call(this).finally(() => connecting.delete(this));
    connecting.set(this, made);
    return made;
  };
}

function forget(connection: Connection): void {
  connection.chunks = [];
  connection.bytesBuffered = 0;
  connection.bytesNeeded = lengthBytes;
  const { socket } = connection;
  if (!socket) return;
  for (const event of ['data', 'end', 'timeout', 'error']) socket.removeAllListeners(event);
  socket.on('error', () => undefined);
  socket.destroy();
}
