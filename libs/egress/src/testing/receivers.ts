import { readFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { type TLSSocket } from 'node:tls';
import { onCleanUp } from './cleanup.js';

export const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

export const serverTls = { key: fixture('receiver.key.pem'), cert: fixture('receiver.pem') };

export type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

/** A receiver that notes what it got and which connections it saw. */
export type Receiver = {
  port: number;
  seen: Seen[];
  /** Over TLS: the connections whose handshake is complete. */
  secured: TLSSocket[];
  connections: Socket[];
  closed: (index: number) => Promise<void>;
};

type Options = { address?: string; answer?: RequestListener; secure?: boolean };

export async function startReceiver({ address, answer, secure }: Options = {}): Promise<Receiver> {
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      if (answer) answer(request, response);
      else response.end('ok');
    });
  };
  const server: Server = secure ? createHttpsServer(serverTls, listener) : createHttpServer(listener);
  server.keepAliveTimeout = 60_000;
  const secured: TLSSocket[] = [];
  server.on('secureConnection', (socket: TLSSocket) => secured.push(socket));
  return { ...(await listen(server, address)), seen, secured };
}

/** A receiver that speaks only what the test says. */
export function startTcp(
  onSocket: (socket: Socket) => void,
  address?: string,
): Promise<Omit<Receiver, 'seen' | 'secured'>> {
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      onSocket(socket);
    }),
    address,
  );
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listen(server: TcpServer, address = '127.0.0.1'): Promise<Omit<Receiver, 'seen' | 'secured'>> {
  const connections: Socket[] = [];
  const closings: Promise<void>[] = [];
  server.on('connection', (socket) => {
    connections.push(socket);
    closings.push(new Promise((resolve) => socket.once('close', () => resolve())));
  });
  const [host, port = '0'] = address.split('#');
  await new Promise<void>((resolve) => server.listen(Number(port), host, resolve));
  onCleanUp(async () => {
    for (const socket of connections) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, connections, closed: (index) => closings[index] };
}
