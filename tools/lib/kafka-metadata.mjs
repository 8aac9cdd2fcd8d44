import { connect } from 'node:net';

/** @typedef {{ clusterId: string | undefined, brokers: number, controllerId: number }} Metadata */

const METADATA_KEY = 3;
const METADATA_VERSION = 5;

/**
 * Asks a broker what it knows, by hand: it has to work before any package is installed, and a port alone is
 * open long before the broker serves.
 * @param {number} port
 * @param {string} [host]
 * @returns {Promise<Metadata | undefined>} undefined while nobody answers in Kafka's protocol
 */
export function fetchMetadata(port, host = '127.0.0.1', timeoutMs = 2_000) {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    /** @type {Buffer[]} */
    const chunks = [];
    const end = (/** @type {Metadata | undefined} */ result) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs, () => end(undefined));
    socket.once('error', () => end(undefined));
    socket.once('close', () => resolve(undefined));
    socket.once('connect', () => socket.write(request()));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const answer = Buffer.concat(chunks);
      if (answer.length < 4) return;
      const size = answer.readInt32BE(0);
      if (size <= 0 || size > MAX_ANSWER) return end(undefined);
      if (answer.length >= 4 + size) end(parse(answer));
    });
  });
}

/** No topic is asked for, so the answer is short; something longer is another server. */
const MAX_ANSWER = 1 << 20;

/**
 * Ready means: a broker that is registered and not fenced, and a controller.
 * @param {Metadata | undefined} metadata
 */
export const isReady = (metadata) =>
  metadata !== undefined && metadata.brokers > 0 && metadata.controllerId >= 0;

function request() {
  const client = Buffer.from('posthorn-tools');
  const head = Buffer.alloc(14);
  head.writeInt16BE(METADATA_KEY, 4);
  head.writeInt16BE(METADATA_VERSION, 6);
  head.writeInt32BE(1, 8); // correlation id
  head.writeInt16BE(client.length, 12);
  const body = Buffer.alloc(5); // no topics, and none to be created
  const whole = Buffer.concat([head, client, body]);
  whole.writeInt32BE(whole.length - 4, 0);
  return whole;
}

/** @param {Buffer} answer @returns {Metadata | undefined} */
function parse(answer) {
  let at = 12; // size, correlation id, throttle time
  const int32 = () => answer.readInt32BE((at += 4) - 4);
  const string = () => {
    const length = answer.readInt16BE((at += 2) - 2);
    return length < 0 ? undefined : answer.toString('utf8', at, (at += length));
  };
  try {
    const brokers = int32();
    for (let i = 0; i < brokers; i++) {
      int32(); // node id
      string(); // host
      int32(); // port
      string(); // rack
    }
    return { clusterId: string(), brokers, controllerId: int32() };
  } catch {
    return undefined;
  }
}
