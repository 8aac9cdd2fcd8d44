/** Injection token of this service's KafkaBatchServer, and the transport its handlers name. */
export const DELIVERY_LOG_TRANSPORT = Symbol('posthorn.delivery-log');
