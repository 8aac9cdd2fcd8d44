import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { chance } from '../chaos/random.js';
import { monotonicMs } from './clock.js';
import { Tally } from './tally.js';
import { readWebhook, type Webhook } from './webhook.js';

/**
 * The receiver of a bench, in a process of its own: answers every POST at once and counts. It listens on
 * several ports, each an origin of its own to those who send.
 */
export type SinkRequest =
  | {
      kind: 'expect';
      places: number;
      timedPlaces: number;
      events: number;
      /** Of the events whose first attempt fails. */
      failing: number;
    }
  | { kind: 'tell'; latencies: boolean };

const ports = 20;
const accepted = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
const refused = Buffer.from('HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n');
/** More than any webhook of a bench: who sends it talks something else. */
const waitingMaxBytes = 1024 * 1024;
const seed = 1;

let tally = new Tally(0, 0);
let failing = 0;

function answer({ place, attempt, n, dueMs }: Webhook): Buffer {
  if (failing > 0 && attempt === 1 && chance(seed, n) < failing) return refused;
  tally.taken(place, n, { atMs: monotonicMs(), dueMs });
  return accepted;
}

function serve(socket: Socket): void {
  let rest: Buffer | undefined;
  socket.setNoDelay(true);
  socket.on('error', () => undefined); // who sent is gone, and sends again
  socket.on('data', (chunk) => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    for (
      let read = readWebhook(bytes, at);
      read;
      read = at < bytes.length ? readWebhook(bytes, at) : undefined
    ) {
      at = read.end;
      socket.write(answer(read.webhook));
    }
    rest = at < bytes.length ? bytes.subarray(at) : undefined;
    if (rest && rest.length > waitingMaxBytes) socket.destroy();
  });
}

async function listen(): Promise<number> {
  const server = createServer(serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

process.on('message', (request: SinkRequest) => {
  if (request.kind === 'expect') {
    tally = new Tally(request.places, request.events, request.timedPlaces);
    failing = request.failing;
  }
  process.send?.(tally.told(request.kind === 'tell' && request.latencies));
});
process.once('disconnect', () => process.exit(0));
const opened = await Promise.all(Array.from({ length: ports }, listen));
process.send?.({ ports: opened });
