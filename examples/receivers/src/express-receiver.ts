import { SeenIds, type Verifier, WebhookError } from '@posthorn/receiver';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { repeatKeyOf } from './repeat-key.js';

/** `POST /webhooks`: verified, repeats dropped, then `work`. What `work` throws is a 500, and comes again. */
export function expressReceiver(verifier: Verifier, work: (event: unknown) => unknown): Express {
  const seen = new SeenIds();
  const app = express();
  // Bytes, not JSON: a signature is over what was sent, not over what it means.
  app.post('/webhooks', express.raw({ type: () => true, limit: '512kb' }), async (request, response) => {
    const body = request.body as Buffer;
    const verified = verifier.verify(body, request.headers);
    await seen.once(repeatKeyOf(verified, body), () => work(JSON.parse(body.toString('utf8'))));
    response.sendStatus(204);
  });
  // BRZ 365 asks a URL with HEAD before it is saved.
  app.head('/webhooks', (request, response) => {
    verifier.verify('', request.headers);
    response.sendStatus(204);
  });
  const onError: ErrorRequestHandler = (error, _request, response, next) => {
    if (error instanceof WebhookError) response.status(401).json({ reason: error.reason });
    else next(error);
  };
  return app.use(onError);
}
