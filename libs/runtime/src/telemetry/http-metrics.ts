import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { commonMetrics } from './common-metrics.js';
import type { Buckets, Metrics } from './metrics.js';
import { prometheusContentType } from './prometheus.js';
import type { Telemetry } from './telemetry.js';

/** Paths that machines ask for all the time: neither logged as requests nor measured. */
export function isForMachines(path: string): boolean {
  return path === '/metrics' || path.startsWith('/health/');
}

/**
 * `/metrics`, which is none of the API. Not for the public: per-tenant series name tenants. Whoever comes
 * through a proxy is the public; Prometheus asks each process itself.
 */
export function serveMetrics(fastify: FastifyInstance, telemetry: Telemetry): void {
  fastify.get('/metrics', async (request, reply) => {
    if (request.headers['x-forwarded-for'] !== undefined) return reply.callNotFound();
    const text = await telemetry.prometheus();
    return reply.type(prometheusContentType).header('cache-control', 'no-store').send(text);
  });
}

/** Measures answered requests by route, never by path. */
export function requestMeter(metrics: Metrics): (request: FastifyRequest, reply: FastifyReply) => void {
  const known = new Map<string, Map<number, Buckets>>();
  return ({ method, routeOptions: { url } }, { statusCode, elapsedTime }) => {
    const route = `${method} ${url ?? ''}`;
    let byStatus = known.get(route);
    if (!byStatus) known.set(route, (byStatus = new Map()));
    let buckets = byStatus.get(statusCode);
    if (!buckets) {
      buckets = metrics.histogram(commonMetrics.httpServerDuration, {
        'http.request.method': method,
        'http.route': url ?? 'none',
        'http.response.status_code': statusCode,
      });
      byStatus.set(statusCode, buckets);
    }
    buckets.record(elapsedTime / 1_000);
  };
}
