/** What the relay hands to Kafka, made in the transaction that changed the aggregate. */
export type OutboxRecord = {
  /** Short name, such as `events.v1`. */
  topic: string;
  key: string;
  value: Buffer;
};
