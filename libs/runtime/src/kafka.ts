import type { KafkaSettings } from '@posthorn/messaging';
import type { CommonSettings } from './settings.js';

/** What KafkaConnection wants, from what an operator set. */
export function kafkaSettings(settings: CommonSettings, clientId: string): KafkaSettings {
  const {
    kafkaSaslMechanism: mechanism,
    kafkaSaslUsername: username,
    kafkaSaslPassword: password,
  } = settings;
  return {
    brokers: settings.kafkaBrokers,
    clientId,
    topicPrefix: settings.topicPrefix,
    ssl: settings.kafkaSsl,
    ...(mechanism && username && password
      ? { sasl: { mechanism: mechanism as 'plain' | 'scram-sha-256' | 'scram-sha-512', username, password } }
      : {}),
  };
}
