import type { HealthRegistry } from '../health.js';
import { commonMetrics } from './common-metrics.js';
import type { Metrics } from './metrics.js';

/** What `/health/ready` says, check by check. */
export function observeHealth(metrics: Metrics, health: HealthRegistry): void {
  metrics.observe(commonMetrics.health, async (observe) => {
    const { checks } = await health.reportReady();
    for (const [check, answer] of Object.entries(checks))
      observe(answer === 'ok' ? 1 : 0, { 'posthorn.check': check });
  });
}
