export type OrdersSettings = {
  databaseUrl: string;
  brokers: string[];
  /** Posthorn's inbox. */
  topic: string;
};

/** @throws Error naming what is missing */
export function settingsFrom(env: Readonly<Record<string, string | undefined>>): OrdersSettings {
  const required = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is missing`);
    return value;
  };
  return {
    databaseUrl: required('DATABASE_URL'),
    brokers: required('KAFKA_BROKERS').split(','),
    topic: env.POSTHORN_INBOX ?? 'posthorn.inbox.v1',
  };
}
