import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serveMetrics } from './http-metrics.js';
import type { Telemetry } from './telemetry.js';

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

async function asked(headers: Record<string, string>): Promise<string[]> {
  let handler: Handler | undefined;
  const fastify = { get: (_path: string, given: Handler) => (handler = given) };
  serveMetrics(fastify as unknown as FastifyInstance, { prometheus: async () => 'up 1' } as Telemetry);
  const did: string[] = [];
  const reply = {
    callNotFound: () => did.push('not found'),
    type: () => reply,
    header: () => reply,
    send: (text: string) => did.push(text),
  };
  await handler!({ headers } as unknown as FastifyRequest, reply as unknown as FastifyReply);
  return did;
}

it('tells metrics to who asks the process itself, and nobody behind a proxy', async () => {
  expect(await asked({})).toEqual(['up 1']);
  expect(await asked({ 'x-forwarded-for': '203.0.113.7' })).toEqual(['not found']);
});
