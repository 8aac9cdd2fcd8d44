import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOGGER } from './runtime.module.js';
import type { Logger } from './logging.js';
import { problemContentType, problemOf, toAppError } from './problem.js';
import { commonMetrics } from './telemetry/common-metrics.js';
import { Metrics } from './telemetry/metrics.js';
import { answerBeforeRest, hasUnreadBody } from './unread-body.js';

/**
 * Every error leaves as application/problem+json. What went wrong inside is logged with the request's id,
 * never answered.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    // A handler of another transport has a wrapper of its own; nothing here could answer it.
    if (host.getType() !== 'http') throw exception;
    const http = host.switchToHttp();
    this.answer(exception, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(exception: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = toAppError(exception);
    const requestId = String(request.id);
    this.metrics.counter(commonMetrics.problems, { 'posthorn.code': error.code }).add();
    if (error.code === 'internal')
      this.logger.error({ err: error.cause ?? error, requestId, path: pathOf(request) }, 'request failed');
    else if (error.code === 'unavailable' && error.cause)
      this.logger.warn({ err: error.cause, requestId, path: pathOf(request) }, 'request refused for now');
    // The answer has begun: all that is left is to break it off, so that nobody takes half of it for the
    // whole.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const problem = JSON.stringify(problemOf(error, { path: pathOf(request), requestId }));
    reply.code(error.status).headers(error.headers).type(problemContentType);
    // Fastify closes the connection after a body it stopped reading.
    if (reply.getHeader('connection') === 'close' && hasUnreadBody(request.raw)) {
      const bytes = Buffer.from(problem);
      reply.header('content-length', bytes.length);
      void reply.send(answerBeforeRest(request.raw, bytes));
      return;
    }
    void reply.serializer((text: unknown) => text as string).send(problem);
  }
}

/** Without the query, which may hold anything. */
export function pathOf({ url }: { url: string }): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}
