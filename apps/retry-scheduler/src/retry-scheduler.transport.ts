/** Injection token of this service's KafkaBatchServer, and the transport its handlers name. */
export const RETRY_SCHEDULER_TRANSPORT = Symbol('posthorn.retry-scheduler');
