import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onCleanUp } from './cleanup.js';
import { serverTls } from './receivers.js';

export type Proxy = { port: number; asked: { authority: string; authorization: string | undefined }[] };

/** A proxy for CONNECT that notes what it was asked for. `refuse`: the status it answers instead. */
export async function startProxy({
  refuse,
  secure,
}: { refuse?: number; secure?: boolean } = {}): Promise<Proxy> {
  const asked: Proxy['asked'] = [];
  const sockets = new Set<Socket>();
  const server = secure ? createSecureServer(serverTls) : createServer();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const authority = request.url ?? '';
    asked.push({ authority, authorization: request.headers['proxy-authorization'] });
    client.on('error', () => undefined);
    if (refuse) return client.end(`HTTP/1.1 ${refuse} Refused\r\n\r\n`);
    const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(authority) ?? [];
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    sockets.add(upstream);
    upstream.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanUp(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, asked };
}
