import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { Logger } from './logging.js';
import { AppError, problemContentType, problemOf, toAppError } from './problem.js';
import { pathOf } from './problem.filter.js';
import { isForMachines, requestMeter, serveMetrics } from './telemetry/http-metrics.js';
import { admitTrace, recordRequest } from './telemetry/http-spans.js';
import type { Telemetry } from './telemetry/telemetry.js';
import { parseTraceparent } from './tracing.js';

/** What a handler gets with `@Req()`. */
export type ServiceRequest = FastifyRequest & {
  /** The bytes of a JSON body, exactly as they came. */
  rawBody?: Buffer;
  /** Who calls, when a guard has found out: the id of an API key, a user or a portal link. */
  callerId?: string;
  /** More fields for the request's log line, such as the tenant. */
  logFields?: Record<string, unknown>;
};

/** JSON, and every format that is JSON underneath (`application/cloudevents+json`). */
const jsonType = /^application\/(?:[\w.!#$&^-]+\+)?json(?:\s*;|\s*$)/i;
const requestIdForm = /^[A-Za-z0-9._:-]{1,64}$/;

export function fastifyOptions({
  bodyMaxBytes,
  trustedProxies = [],
}: {
  bodyMaxBytes: number;
  trustedProxies?: string[];
}): FastifyServerOptions {
  return {
    // X-Forwarded-For is believed as far as it was written by these: limits by address, the throttle of
    // log-ins and the audit trail depend on the caller's address.
    trustProxy: trustedProxies.length > 0 ? trustedProxies : false,
    logger: false,
    bodyLimit: bodyMaxBytes,
    // From the first byte to the last of a request; a caller that drips is cut off.
    requestTimeout: 30_000,
    connectionTimeout: 0,
    // Longer than the usual 60 s of a load balancer, so that it is the balancer that ends an idle connection.
    keepAliveTimeout: 72_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000 },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 400 },
    // A URL that cannot be decoded never reaches a route, a hook or a filter.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const problem = problemOf(toAppError(error), { path: pathOf(request), requestId: request.id });
      void reply.code(problem.status).type(problemContentType).send(JSON.stringify(problem));
    },
    genReqId: ({ headers }: { headers: Record<string, unknown> }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && requestIdForm.test(given) ? given : randomUUID();
    },
  } as FastifyServerOptions;
}

export async function prepareHttp(
  app: NestFastifyApplication,
  { logger, telemetry }: { logger: Logger; telemetry: Telemetry },
): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await app.register(helmet as never, {});
  fastify.decorateRequest('rawBody', undefined);
  fastify.decorateRequest('callerId', undefined);
  fastify.decorateRequest('logFields', undefined);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(jsonType, { parseAs: 'buffer' }, parseJson);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (!isForMachines(pathOf(request))) admitTrace(telemetry.spans, request);
    done();
  });
  serveMetrics(fastify, telemetry);
  const measure = requestMeter(telemetry.metrics);
  fastify.addHook('onResponse', (request, reply, done) => {
    if (!isForMachines(pathOf(request))) {
      measure(request, reply);
      recordRequest(telemetry.spans, request, reply);
    }
    logRequest(logger, request, reply);
    done();
  });
}

function parseJson(
  request: ServiceRequest,
  body: unknown,
  done: (error: Error | null, value?: unknown) => void,
): void {
  const bytes = body as Buffer;
  request.rawBody = bytes;
  if (bytes.length === 0) return done(null, undefined);
  // Node would put replacement characters in place of broken bytes: what we pass on would not be what was
  // sent.
  if (!isUtf8(bytes)) return done(new AppError('malformed-json', 'The body is not UTF-8.'));
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    const reason = error instanceof Error ? `: ${error.message}` : '';
    return done(new AppError('malformed-json', `The body is not JSON${reason}`));
  }
  done(null, value);
}

/** One wide line per request; what machines ask for all the time only when somebody debugs. */
function logRequest(logger: Logger, request: ServiceRequest, reply: FastifyReply): void {
  const path = pathOf(request);
  const level = isForMachines(path) ? 'debug' : reply.statusCode >= 500 ? 'warn' : 'info';
  logger[level](
    {
      requestId: request.id,
      method: request.method,
      path,
      route: request.routeOptions.url,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      requestBytes: request.rawBody?.length,
      address: request.ip,
      traceId: parseTraceparent(request.headers.traceparent as string | undefined)?.traceId,
      ...request.logFields,
    },
    'request',
  );
}
