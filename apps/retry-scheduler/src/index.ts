export { RetrySchedulerSettings } from './retry-scheduler.config.js';
export { RetrySchedulerModule } from './retry-scheduler.module.js';
export { RETRY_SCHEDULER_TRANSPORT } from './retry-scheduler.transport.js';
export { retrySchedulerMetrics } from './metrics.js';
