/** Which of a process's Kafka consumers a handler belongs to. */
export const transportId = Symbol('posthorn.dispatcher');

/** Injection token of the dispatcher's KafkaBatchServer. */
export const DISPATCHER_TRANSPORT = Symbol('posthorn.dispatcher.transport');
