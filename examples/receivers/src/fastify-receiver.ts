import { SeenIds, type Verifier, WebhookError } from '@posthorn/receiver';
import { fastify, type FastifyInstance } from 'fastify';
import { repeatKeyOf } from './repeat-key.js';

/** `POST /webhooks`: verified, repeats dropped, then `work`. What `work` throws is a 500, and comes again. */
export function fastifyReceiver(verifier: Verifier, work: (event: unknown) => unknown): FastifyInstance {
  const seen = new SeenIds();
  const app = fastify({ bodyLimit: 512 * 1024, exposeHeadRoutes: false });
  // Bytes, not JSON: a signature is over what was sent, not over what it means.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof WebhookError)) throw error;
    return reply.code(401).send({ reason: error.reason });
  });
  app.post('/webhooks', async (request, reply) => {
    const body = request.body as Buffer;
    const verified = verifier.verify(body, request.headers);
    await seen.once(repeatKeyOf(verified, body), () => work(JSON.parse(body.toString('utf8'))));
    return reply.code(204).send();
  });
  // BRZ 365 asks a URL with HEAD before it is saved.
  app.head('/webhooks', async (request, reply) => {
    verifier.verify('', request.headers);
    return reply.code(204).send();
  });
  return app;
}
