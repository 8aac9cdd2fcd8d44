/** Injection token of the LogReader that reads `directory` and, for new projections, `subscriptions`. */
export const LOG_READER = Symbol('posthorn.delivery-log.reader');

/** Injection token of the LogReader that reads `attempts` for live streams. */
export const STREAM_READER = Symbol('posthorn.delivery-log.stream-reader');
