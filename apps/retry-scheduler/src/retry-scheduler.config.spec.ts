import { loadSettings } from '@posthorn/runtime';
import { RetrySchedulerSettings } from './retry-scheduler.config.js';

const env = { KAFKA_BROKERS: 'a:9092', DATABASE_URL: 'postgres://u@h/d' };

describe('the settings of retry-scheduler', () => {
  it('have working defaults', () => {
    expect(loadSettings(RetrySchedulerSettings, env)).toMatchObject({
      port: 8405,
      leadMs: 150,
      leaseMs: 3_000,
    });
  });

  it('do not let a timer be repeated before its time', () => {
    const wrong = { ...env, POSTHORN_TIMER_LEASE_MS: '500', POSTHORN_TIMER_LEAD_MS: '251' };
    expect(() => loadSettings(RetrySchedulerSettings, wrong)).toThrow(
      'POSTHORN_TIMER_LEASE_MS must be at least twice POSTHORN_TIMER_LEAD_MS',
    );
  });

  it('still check what the base class checks', () => {
    const wrong = { ...env, POSTHORN_KAFKA_SASL_MECHANISM: 'plain' };
    expect(() => loadSettings(RetrySchedulerSettings, wrong)).toThrow('POSTHORN_KAFKA_SASL_USERNAME');
  });
});
