import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppError, noSuchTenant, problemContentType, scopesOf, sessionTokenOf } from '@posthorn/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isObject } from '../problems.js';
import { SubscriptionApiSettings } from '../subscription-api.config.js';
import { SessionService } from '../users/session.service.js';

/**
 * Publishing is for programs, so sessions may not. Here, on a machine of one's own, whoever may change a
 * tenant may: the operator's key does it for him, and the answer is that of `/v1/events`.
 */
export function servePublish(app: NestFastifyApplication, fastify: FastifyInstance): void {
  const sessions = app.get(SessionService, { strict: false });
  const { adminKey } = app.get(SubscriptionApiSettings, { strict: false });
  const root = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;

  fastify.post('/events', async (request: FastifyRequest, reply: FastifyReply) => {
    const token = sessionTokenOf(request.method, request.headers);
    const session = token === undefined ? undefined : await sessions.find(token);
    if (!session) throw new AppError('unauthorized', 'Log in first.');
    if (!scopesOf(session.role).includes('manage'))
      throw new AppError('forbidden', 'A viewer publishes nothing.');
    for (const event of Array.isArray(request.body) ? request.body : [request.body])
      if (session.tenantId !== null && (!isObject(event) || event['tenantId'] !== session.tenantId))
        throw noSuchTenant();
    const { statusCode, headers, payload } = await root.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { 'x-api-key': adminKey, 'content-type': 'application/json' },
      payload: JSON.stringify(request.body ?? null),
    });
    const type = String(headers['content-type'] ?? problemContentType);
    return reply.code(statusCode).type(type).serializer(String).send(payload);
  });
}
