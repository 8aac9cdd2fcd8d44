import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppError, problemContentType, problemOf, toAppError, type ServiceRequest } from '@posthorn/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerOf, readBehaviour, ReceivedRequests } from './received.js';

const base = '/dev/receiver';
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const hangMaxMs = 120_000;

/**
 * A receiver for those who try Posthorn out: it keeps what arrives below /dev/receiver/hooks/ in memory and
 * answers as it was told. Local use only, behind its own setting; looking and telling need a session.
 */
export function serveDevReceiver(app: NestFastifyApplication, { adminKey }: { adminKey: string }): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const requests = new ReceivedRequests();
  const hanging = new Set<FastifyReply>();
  fastify.addHook('preClose', async () => hanging.forEach(({ raw }) => raw.destroy()));

  fastify.route({
    method: methods,
    url: `${base}/hooks/*`,
    handler: async (request, reply) => {
      const entry = requests.add(shown(request));
      const answer = answerOf(requests.behaviour);
      if (!answer) return hang(reply, hanging);
      if (answer.delayMs > 0) await delay(answer.delayMs);
      entry.answered = answer.status;
      // The CloudEvents handshake: everybody may send here.
      if (request.method === 'OPTIONS') reply.header('webhook-allowed-origin', '*');
      return reply
        .code(answer.status)
        .type('application/json')
        .send({ received: answer.status === 200 });
    },
  });

  const guarded =
    (handle: (request: FastifyRequest) => unknown) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      try {
        await requireSession(fastify, request);
        return await reply.send((await handle(request)) ?? { done: true });
      } catch (error) {
        const problem = problemOf(toAppError(error), {
          path: request.url.split('?', 1)[0],
          requestId: request.id,
        });
        return reply.code(problem.status).type(problemContentType).send(JSON.stringify(problem));
      }
    };
  fastify.get(
    `${base}/state`,
    guarded(({ query }) => {
      const { limit = '100' } = query as { limit?: string };
      return { behaviour: requests.behaviour, requests: requests.list(Math.min(Number(limit) || 0, 200)) };
    }),
  );
  fastify.put(
    `${base}/behaviour`,
    guarded(({ body }) => (requests.behaviour = readBehaviour(body))),
  );
  fastify.delete(
    `${base}/requests`,
    guarded(() => requests.clear()),
  );
  fastify.post(
    `${base}/events`,
    guarded((request) => publish(fastify, request, adminKey)),
  );
}

/** Sessions may not publish: here the operator's key does, for a tenant that the caller may change. */
async function publish(
  fastify: FastifyInstance,
  request: FastifyRequest,
  adminKey: string,
): Promise<unknown> {
  const { tenantId } = (request.body ?? {}) as { tenantId?: unknown };
  const url = `/v1/tenants/${encodeURIComponent(String(tenantId))}/keys`;
  // Asking to make a key that cannot be made: 422 to whoever may change the tenant, 403 or 404 to others.
  const { cookie = '' } = request.headers;
  const probe = await fastify.inject({ method: 'POST', url, headers: { cookie }, payload: {} });
  if (probe.statusCode !== 422)
    throw new AppError(probe.statusCode === 403 ? 'forbidden' : 'not-found', 'Not yours.');
  const { statusCode, body } = await fastify.inject({
    method: 'POST',
    url: '/v1/events',
    headers: { 'x-api-key': adminKey, 'content-type': 'application/json' },
    payload: JSON.stringify(request.body),
  });
  if (statusCode === 202) return JSON.parse(body) as unknown;
  const { detail = 'The event was not accepted.' } = JSON.parse(body) as { detail?: string };
  throw new AppError('invalid', detail);
}

async function requireSession(fastify: FastifyInstance, { headers }: FastifyRequest): Promise<void> {
  const { cookie = '' } = headers;
  const { statusCode } = await fastify.inject({ method: 'GET', url: '/v1/session', headers: { cookie } });
  if (statusCode !== 200) throw new AppError('unauthorized', 'Log in first.');
}

function shown(request: FastifyRequest) {
  const { method, url, rawBody } = request as ServiceRequest;
  const pairs = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  const headers = Object.fromEntries(pairs) as Record<string, string>;
  return { method, path: url, headers, body: rawBody?.toString('utf8') ?? '' };
}

/** Until the sender gives up; nobody hangs for ever. */
function hang(reply: FastifyReply, hanging: Set<FastifyReply>): FastifyReply {
  reply.hijack();
  hanging.add(reply);
  const timer = setTimeout(() => reply.raw.destroy(), hangMaxMs);
  reply.raw.on('close', () => {
    clearTimeout(timer);
    hanging.delete(reply);
  });
  return reply;
}
