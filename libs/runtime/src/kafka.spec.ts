import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaSettings } from './kafka.js';
import { CommonSettings, loadSettings, SettingsError } from './settings.js';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-kafka-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
afterAll(() => rmSync(folder, { recursive: true }));

const pem = (what: string): string => `-----BEGIN ${what}-----\nAAAA\n-----END ${what}-----\n`;
const settingsOf = (env: NodeJS.ProcessEnv) =>
  kafkaSettings(loadSettings(CommonSettings, { KAFKA_BROKERS: 'a:9093', ...env }), 'x');

describe('the way to Kafka', () => {
  it('is plain unless TLS is asked for, and trusts public authorities unless it is given one', () => {
    expect(settingsOf({}).ssl).toBe(false);
    expect(settingsOf({ POSTHORN_KAFKA_SSL: 'on' }).ssl).toBe(true);
  });

  it('takes authority, certificate and key from files', () => {
    const ca = file('ca.crt', pem('CERTIFICATE'));
    const key = file('user.key', pem('PRIVATE KEY'));
    const env = { POSTHORN_KAFKA_SSL: 'on', POSTHORN_KAFKA_CA_FILE: ca };
    expect(settingsOf(env).ssl).toEqual({ ca: pem('CERTIFICATE') });
    expect(settingsOf({ ...env, POSTHORN_KAFKA_CERT_FILE: ca, POSTHORN_KAFKA_KEY_FILE: key }).ssl).toEqual({
      ca: pem('CERTIFICATE'),
      cert: pem('CERTIFICATE'),
      key: pem('PRIVATE KEY'),
    });
  });

  it.each([
    ['missing', '/nowhere/ca.crt', /^POSTHORN_KAFKA_CA_FILE "\/nowhere\/ca.crt" cannot be read: ENOENT/],
    ['no certificate', file('text', 'hello'), /^POSTHORN_KAFKA_CA_FILE ".*text" is no PEM file$/],
  ])('says in one line that a file is %s', (_name, path, message) => {
    const load = () => settingsOf({ POSTHORN_KAFKA_SSL: 'on', POSTHORN_KAFKA_CA_FILE: path });
    expect(load).toThrow(SettingsError);
    expect(load).toThrow(message);
  });

  it('carries user and password', () => {
    const env = { POSTHORN_KAFKA_SASL_MECHANISM: 'scram-sha-512', POSTHORN_KAFKA_SASL_USERNAME: 'u' };
    expect(settingsOf({ ...env, POSTHORN_KAFKA_SASL_PASSWORD: 'p' }).sasl).toEqual({
      mechanism: 'scram-sha-512',
      username: 'u',
      password: 'p',
    });
  });
});
