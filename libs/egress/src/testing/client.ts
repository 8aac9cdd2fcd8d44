import { EgressClient } from '../egress-client.js';
import { type EgressRequest, type EgressResult } from '../result.js';
import { defaultEgressSettings, type EgressSettings } from '../settings.js';
import { onCleanUp } from './cleanup.js';

type Overrides = Partial<Omit<EgressSettings, 'dns'>> & { dns?: Partial<EgressSettings['dns']> };

/** A client that may call loopback over http; closed, at once, when the test ends. */
export function openClient(overrides: Overrides = {}): EgressClient {
  const dns = { ...defaultEgressSettings.dns, ttlMinMs: 0, ...overrides.dns };
  const client = new EgressClient({
    ...defaultEgressSettings,
    allow: ['127.0.0.0/8'],
    allowHttp: true,
    ...overrides,
    dns,
  });
  onCleanUp(() => client.close(0));
  return client;
}

export function post(url: string, overrides: Partial<EgressRequest> = {}): EgressRequest {
  return { method: 'POST', url, headers: [], body: Buffer.from('hello'), timeoutMs: 5_000, ...overrides };
}

type Response = Extract<EgressResult, { kind: 'response' }>;

export function responseOf(result: EgressResult): Response {
  if (result.kind === 'response') return result;
  throw new Error(`expected a response, got ${result.reason}: ${result.message}`);
}

/** A result without what differs from run to run. */
export function brief(result: EgressResult): object {
  if (result.kind === 'error') return { reason: result.reason };
  return { status: result.status, body: result.body.toString(), truncated: result.truncated };
}
