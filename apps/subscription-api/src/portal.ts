import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SubscriptionApiSettings } from './subscription-api.config.js';

/** Where `apps/portal` is built to; the same place from source and from dist. */
const built = fileURLToPath(new URL('../../portal/dist/', import.meta.url));
/** What is never a page: an address below one of these is answered by its route, or with its 404. */
const notPages = /^\/(v1|api|docs|docs-json|docs-yaml|health|metrics|assets|\.well-known)(\/|$)/;
/** A page, if there is one; below it there are addresses that programs call. */
const devReceiver = /^\/dev\/receiver(\/|$)/;
const hashed = /-[\w-]{8}\.(js|css|svg|woff2)$/;

/** No script but our own files, nothing from elsewhere, and nobody frames it. Mantine writes styles. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The management UI at `/`: one page for every address that a browser opens and that is no route of the API,
 * files with a hash in their name for ever. Answers false where it was not built: everything else works.
 */
export async function servePortal(app: NestFastifyApplication, folder = built): Promise<boolean> {
  const index = `${folder}index.html`;
  if (!existsSync(index)) return false;
  const page = readFileSync(index, 'utf8');
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const hasDevReceiver = app.get(SubscriptionApiSettings, { strict: false }).devReceiver;
  fastify.addHook('onRequest', (request, reply, done) => {
    if (isForPage(request, hasDevReceiver)) sendPage(reply, page);
    else done();
  });
  await app.register(fastifyStatic as never, {
    root: `${folder}assets`,
    prefix: '/assets/',
    decorateReply: false,
    preCompressed: true,
    index: false,
    cacheControl: false,
    setHeaders: (reply: FastifyReply, path: string) => {
      const forEver = hashed.test(path.replace(/\.(br|gz)$/, ''));
      void reply.header('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return true;
}

function isForPage({ method, url, headers }: FastifyRequest, hasDevReceiver: boolean): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (!headers.accept?.includes('text/html')) return false;
  const path = url.split('?', 1)[0];
  if (devReceiver.test(path)) return hasDevReceiver && path === '/dev/receiver';
  return !notPages.test(path);
}

function sendPage(reply: FastifyReply, page: string): void {
  void reply
    .header('content-security-policy', pagePolicy)
    .header('cache-control', 'no-cache')
    .header('vary', 'Accept')
    .header('referrer-policy', 'same-origin')
    .header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=()')
    .type('text/html; charset=utf-8')
    .send(page);
}
