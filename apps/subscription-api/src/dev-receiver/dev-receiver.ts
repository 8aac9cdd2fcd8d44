import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppError, LOGGER, Metrics, ProblemFilter, validate, type Logger } from '@posthorn/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SubscriptionApiSettings } from '../subscription-api.config.js';
import type { Hook } from './hook.js';
import { HookSettings } from './hook-settings.dto.js';
import { HookStreams } from './hook-stream.js';
import { blank, checked, Hooks, viewOf, withRequests } from './hooks.js';
import { isLocal } from './local-only.js';
import { servePublish } from './publish.js';

const hookBodyMaxBytes = 2 * 1024 * 1024;
const openMax = 1_000;
const hangMaxMs = 10 * 60_000;

type Named = FastifyRequest<{ Params: { name: string } }>;

/**
 * A receiver to try things with, in memory, for this machine alone: it shows what comes to
 * `/dev/receiver/hooks/<name>`, and answers as it is told to. Without POSTHORN_DEV_RECEIVER nothing of it
 * exists.
 *
 * Not Nest's routes: it takes any method, any type and broken bodies, which those rightly do not.
 */
export async function serveDevReceiver(app: NestFastifyApplication): Promise<void> {
  if (!app.get(SubscriptionApiSettings, { strict: false }).devReceiver) return;
  const problems = new ProblemFilter(
    app.get<Logger>(LOGGER, { strict: false }),
    app.get(Metrics, { strict: false }),
  );
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const hooks = new Hooks();
  await fastify.register(
    async (own) => {
      own.setErrorHandler((error, request, reply) => problems.answer(error, request, reply));
      own.addHook('onRequest', async (request) => {
        if (!isLocal({ ip: request.ip, headers: request.headers }))
          throw new AppError('forbidden', 'The dev receiver is for this machine only.');
      });
      servePublish(app, own);
      await own.register(async (scope) => serveHooks(scope, hooks), { prefix: '/hooks' });
      await own.register(async (scope) => serveControl(scope, hooks), { prefix: '/api' });
    },
    { prefix: '/dev/receiver' },
  );
}

function serveHooks(fastify: FastifyInstance, hooks: Hooks): void {
  // Whatever it is called, it is kept as it came.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const closing = new AbortController();
  let open = 0;
  fastify.addHook('preClose', async () => closing.abort());

  const receive = async (request: Named, reply: FastifyReply): Promise<FastifyReply> => {
    if (open >= openMax)
      throw new AppError('unavailable', `${openMax} requests are open.`, { retryAfterS: 1 });
    open++;
    try {
      return await answer(hooks.get(request.params.name), request, reply, closing.signal);
    } finally {
      open--;
    }
  };
  for (const url of ['/:name', '/:name/*']) fastify.all(url, { bodyLimit: hookBodyMaxBytes }, receive);
}

async function answer(
  hook: Hook,
  request: FastifyRequest,
  reply: FastifyReply,
  closing: AbortSignal,
): Promise<FastifyReply> {
  const { method, url, headers, raw } = request;
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const open = hook.arrive({ method, url, headers, rawHeaders: raw.rawHeaders, body }, Date.now());
  const { decision, challenge } = open;
  // As they are now: what is changed later is for later requests.
  const { delayMs, retryAfterS } = hook.settings;
  const waitMs = decision.kind === 'hang' ? hangMaxMs : delayMs;
  const isThere = waitMs === 0 || (await stays(reply.raw, waitMs, closing));
  if (!isThere || decision.kind === 'hang') {
    hook.finish(open, null, Date.now());
    reply.hijack();
    reply.raw.destroy();
    return reply;
  }
  const { status } = decision;
  hook.finish(open, status, Date.now());
  const isWell = status <= 299;
  reply.code(status);
  if (!isWell && retryAfterS !== null) reply.header('retry-after', String(retryAfterS));
  if (isWell && method === 'OPTIONS') allowSender(headers['webhook-request-origin'], reply);
  if (isWell && challenge !== null) return reply.type('application/json').send({ challenge });
  if (status === 204 || status === 205 || status === 304) return reply.send();
  return reply.type('text/plain; charset=utf-8').send(isWell ? 'OK\n' : `told to answer ${status}\n`);
}

/** Whether the sender is still there after so long. */
async function stays(raw: ServerResponse, ms: number, closing: AbortSignal): Promise<boolean> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, closing]);
  const gone = once(raw, 'close', { signal }).then(() => false);
  try {
    return await Promise.race([delay(ms, true, { signal }), gone]);
  } catch {
    return false;
  } finally {
    over.abort();
    gone.catch(() => undefined);
  }
}

/** CloudEvents' handshake: this sender may send, as much as it likes. */
function allowSender(origin: string | string[] | undefined, reply: FastifyReply): void {
  reply.header('allow', 'POST');
  if (typeof origin !== 'string' || !/^[A-Za-z0-9.-]{1,253}$/.test(origin)) return;
  reply.headers({ 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' });
}

function serveControl(fastify: FastifyInstance, hooks: Hooks): void {
  const streams = new HookStreams(hooks);
  fastify.addHook('preClose', async () => streams.close());
  fastify.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'));
  const change = (request: Named, from: (hook: Hook) => HookSettings) => {
    const hook = hooks.get(request.params.name);
    const given = validate(HookSettings, request.body);
    hook.set(Object.assign(from(hook), pickGiven(given, request.body)));
    return viewOf(hook);
  };

  fastify.get('/', async () => ({ items: hooks.list() }));
  fastify.get('/:name', async ({ params: { name } }: Named) => withRequests(hooks.find(name) ?? blank(name)));
  fastify.put('/:name', async (request: Named) => change(request, () => new HookSettings()));
  fastify.patch('/:name', async (request: Named) => change(request, (hook) => ({ ...hook.settings })));
  fastify.delete('/:name', async ({ params }: Named, reply) => {
    hooks.remove(checked(params.name));
    return reply.code(204).send();
  });
  fastify.delete('/:name/requests', async ({ params }: Named, reply) => {
    hooks.find(checked(params.name))?.clear();
    return reply.code(204).send();
  });
  fastify.get('/:name/stream', (request: Named, reply) => {
    const name = checked(request.params.name);
    streams.requireRoom();
    const headers = {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    };
    reply.hijack();
    reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers });
    streams.start(name, request.headers['last-event-id'] as string | undefined, reply.raw);
  });
  // What is not here must not be answered by whoever serves pages.
  fastify.all('/*', async () => {
    throw new AppError('not-found', 'The dev receiver has no such route.');
  });
}

/** A class's defaults are not what the caller has said. */
function pickGiven(settings: HookSettings, body: unknown): Partial<HookSettings> {
  const names = Object.keys(body as object);
  return Object.fromEntries(Object.entries(settings).filter(([name]) => names.includes(name)));
}
