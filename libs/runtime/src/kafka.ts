import { readFileSync } from 'node:fs';
import type { KafkaSettings } from '@posthorn/messaging';
import { SettingsError, type CommonSettings } from './settings.js';

/**
 * What KafkaConnection wants, from what an operator set. Certificates are read once: a process that is to
 * use new ones is started again.
 */
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
    ssl: sslOf(settings),
    ...(mechanism && username && password
      ? { sasl: { mechanism: mechanism as 'plain' | 'scram-sha-256' | 'scram-sha-512', username, password } }
      : {}),
  };
}

function sslOf({ kafkaSsl, kafkaCaFile, kafkaCertFile, kafkaKeyFile }: CommonSettings): KafkaSettings['ssl'] {
  if (!kafkaSsl) return false;
  const files = {
    ca: pem('POSTHORN_KAFKA_CA_FILE', kafkaCaFile),
    cert: pem('POSTHORN_KAFKA_CERT_FILE', kafkaCertFile),
    key: pem('POSTHORN_KAFKA_KEY_FILE', kafkaKeyFile),
  };
  const given = Object.entries(files).filter(([, text]) => text !== undefined);
  return given.length === 0 ? true : (Object.fromEntries(given) as { ca?: string });
}

function pem(name: string, file: string | undefined): string | undefined {
  if (!file) return undefined;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError(`${name} ${JSON.stringify(file)} cannot be read: ${(error as Error).message}`);
  }
  if (!text.includes('-----BEGIN '))
    throw new SettingsError(`${name} ${JSON.stringify(file)} is no PEM file`);
  return text;
}
