/**
 * Publishing as an upstream service does it: plain kafkajs, one record per event, keyed by tenant.
 * @param {{ brokers: string, prefix: string }} options
 */
export async function openInbox({ brokers, prefix }) {
  const { emitWarning } = process;
  // kafkajs 2.2.4 hands setTimeout a negative wait. Harmless, and no line of a demo.
  process.emitWarning = /** @type {typeof emitWarning} */ (
    (warning, ...rest) =>
      rest[0] === 'TimeoutNegativeWarning'
        ? undefined
        : emitWarning.call(process, warning, .../** @type {[any]} */ (rest))
  );
  const { Kafka, Partitioners, logLevel } = await import('kafkajs');
  const kafka = new Kafka({
    clientId: 'posthorn-demo',
    brokers: brokers.split(',').map((broker) => broker.trim()),
    logLevel: logLevel.ERROR,
    connectionTimeout: 5_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 10 },
  });
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return {
    topic: `${prefix}inbox.v1`,
    /** @param {{ tenantId: string }} event */
    async publish(event) {
      const messages = [{ key: event.tenantId, value: JSON.stringify(event) }];
      await producer.send({ topic: `${prefix}inbox.v1`, acks: -1, messages });
    },
    close: () => producer.disconnect(),
  };
}

/** @typedef {Awaited<ReturnType<typeof openInbox>>} Inbox */
