import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { profileOf } from '@posthorn/domain';
import { brutlers, brz365, standardWebhooks, type Verifier } from '@posthorn/receiver';
import { expressReceiver } from './express-receiver.js';
import { fastifyReceiver } from './fastify-receiver.js';

type Running = { url: string; close(): Promise<unknown> };
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const body = Buffer.from('{ "total": 1.0, "name": "ä" }');

const frameworks = {
  express: async (verifier: Verifier, work: (event: unknown) => unknown): Promise<Running> => {
    const server = createServer(expressReceiver(verifier, work)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`;
    return { url, close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()) };
  },
  fastify: async (verifier: Verifier, work: (event: unknown) => unknown): Promise<Running> => {
    const app = fastifyReceiver(verifier, work);
    return { url: `${await app.listen({ port: 0, host: '127.0.0.1' })}/webhooks`, close: () => app.close() };
  },
};

/** What the dispatcher sends. */
function signedHeaders(id: string): Record<string, string> {
  const profile = profileOf('standard');
  const [tName, t, sName, s] = profile.authHeaders(profile.openKeys([secret]), { id }, body, Date.now());
  return { 'content-type': 'application/json', 'webhook-id': id, [tName]: t, [sName]: s };
}

describe.each(Object.entries(frameworks))('%s', (_name, start) => {
  let running: Running;
  let worked: unknown[];
  let failing: boolean;
  const work = (event: unknown): void => {
    if (failing) throw new Error('database away');
    worked.push(event);
  };
  const post = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(running.url, { method: 'POST', headers, body })).status;
  beforeEach(() => {
    [worked, failing] = [[], false];
  });
  afterEach(() => running.close());

  it('verifies the bytes as they came, and drops repeats', async () => {
    running = await start(standardWebhooks({ secrets: [secret] }), work);
    expect(await post(signedHeaders('evt_1'))).toBe(204);
    expect(await post(signedHeaders('evt_1'))).toBe(204);
    expect(worked).toEqual([{ total: 1, name: 'ä' }]);
    const forged = { ...signedHeaders('evt_1'), 'webhook-id': 'evt_2' };
    const response = await fetch(running.url, { method: 'POST', headers: forged, body });
    expect([response.status, await response.json()]).toEqual([401, { reason: 'bad-signature' }]);
    expect(worked).toHaveLength(1);
  });

  it('answers 500 when the work fails, and takes the retry', async () => {
    running = await start(standardWebhooks({ secrets: [secret] }), work);
    failing = true;
    expect(await post(signedHeaders('evt_1'))).toBe(500);
    failing = false;
    expect(await post(signedHeaders('evt_1'))).toBe(204);
    expect(worked).toHaveLength(1);
  });

  it('takes no request of Brutlers for another one because of a header that nobody signed', async () => {
    running = await start(brutlers({ secrets: [secret] }), work);
    const profile = profileOf('brutlers');
    const [name, signature] = profile.authHeaders(profile.openKeys([secret]), { id: '' }, body, Date.now());
    const headers = { 'content-type': 'application/json', [name]: signature };
    expect(await post({ ...headers, 'webhook-id': 'evt_1' })).toBe(204);
    expect(await post({ ...headers, 'webhook-id': 'evt_2' })).toBe(204);
    expect(worked).toHaveLength(1);
  });

  it('answers the HEAD of BRZ 365', async () => {
    running = await start(brz365({ secrets: ['s3cret'] }), work);
    const head = async (authorization: string): Promise<number> =>
      (await fetch(running.url, { method: 'HEAD', headers: { authorization } })).status;
    expect([await head('s3cret'), await head('other')]).toEqual([204, 401]);
  });
});
