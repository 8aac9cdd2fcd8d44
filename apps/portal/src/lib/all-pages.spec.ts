import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { allPages } from './all-pages';

let server: Server;
const asked: string[] = [];

/** 450 numbers, 200 a page; behind /endless every page has a next one. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x');
    asked.push(request.url!);
    const [from, limit] = [Number(searchParams.get('cursor') ?? 0), Number(searchParams.get('limit'))];
    const items = Array.from({ length: 450 }, (_, n) => n).slice(from, from + limit);
    const nextCursor = pathname === '/endless' ? '0' : from + limit < 450 ? String(from + limit) : null;
    response.end(JSON.stringify({ items, nextCursor }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterAll(() => new Promise((closed) => server.close(closed)));
beforeEach(() => void asked.splice(0));

const at = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

it('reads a list to its end, as many at a time as the API gives', async () => {
  expect(await allPages<number>(at('/list'), { query: { subscriptionId: 's' } })).toHaveLength(450);
  const first = '/list?subscriptionId=s&limit=200';
  expect(asked).toEqual([first, `${first}&cursor=200`, `${first}&cursor=400`]);
});

it('gives up on a list without an end', async () => {
  await allPages(at('/endless'));
  expect(asked).toHaveLength(25);
});
