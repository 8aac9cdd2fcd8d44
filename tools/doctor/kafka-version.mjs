import { connect as connectPlain, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';

const FETCH = 1;
const TIMEOUT_MS = 5_000;

/**
 * What a broker speaks: API keys with their lowest and highest versions. Asked by hand, because kafkajs keeps
 * it for itself; no login is needed for it.
 * @param {string} broker
 * @param {boolean | { ca?: string, cert?: string, key?: string }} ssl
 * @returns {Promise<Map<number, { min: number, max: number }>>}
 */
export function apiVersions(broker, ssl) {
  const at = broker.lastIndexOf(':');
  const [host, port] = [broker.slice(0, at).replace(/^\[|\]$/g, ''), Number(broker.slice(at + 1))];
  return new Promise((resolve, reject) => {
    const given = typeof ssl === 'object' ? ssl : {};
    const name = isIP(host) ? {} : { servername: host };
    const socket = ssl ? connectTls({ host, port, ...name, ...given }) : connectPlain({ host, port });
    /** @type {Buffer[]} */
    const chunks = [];
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    socket.once(ssl ? 'secureConnect' : 'connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const answer = Buffer.concat(chunks);
      if (answer.length < 4 || answer.length < 4 + answer.readInt32BE(0)) return;
      socket.destroy();
      resolve(parse(answer));
    });
  });
}

/**
 * Fetch lost its oldest versions with Kafka 4.0.
 * @param {Map<number, { min: number, max: number }>} versions
 */
export const isFour = (versions) => (versions.get(FETCH)?.min ?? 0) >= 4;

/** ApiVersions v0, correlation id 1, no client id. */
const request = Buffer.from('0000000a' + '0012' + '0000' + '00000001' + 'ffff', 'hex');

/** @param {Buffer} answer */
function parse(answer) {
  /** @type {Map<number, { min: number, max: number }>} */
  const versions = new Map();
  const count = answer.readInt32BE(10); // size, correlation id, error code
  for (let i = 0, at = 14; i < count && at + 6 <= answer.length; i++, at += 6)
    versions.set(answer.readInt16BE(at), {
      min: answer.readInt16BE(at + 2),
      max: answer.readInt16BE(at + 4),
    });
  return versions;
}
