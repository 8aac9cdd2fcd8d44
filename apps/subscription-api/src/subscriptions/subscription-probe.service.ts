import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { openHeader, secretContext } from '@posthorn/contracts';
import { profileOf, userAgent, type ProfileEvent } from '@posthorn/domain';
import { KeyRing } from '@posthorn/runtime';
import { exampleOf } from './examples.js';
import { shownHeaders } from './header-secrets.js';
import { ReceiverCheck } from './receiver-check.client.js';
import type { Subscription } from './subscription.js';

export type ProbeEvent = { type?: string; entity?: { name: string; id: string } | null; data?: unknown };

export type Rendered = { method: 'POST'; url: string; headers: Record<string, string>; body: string };

/** One attempt of a test. It is no delivery: nothing is recorded, nothing is tried again. */
export type Probe = {
  request: Rendered;
  outcome: 'accepted' | 'failed';
  status: number | null;
  error: { reason: string; message: string } | null;
  durationMs: number;
  response: { headers: Record<string, string>; body: string; truncated: boolean } | null;
};

type Headers = [name: string, value: string][];

/** `proof`: the names of the headers that prove where it comes from. */
type Prepared = { headers: Headers; proof: ReadonlySet<string>; body: Buffer };

/** Renders and signs as the dispatcher does, for somebody who looks. */
@Injectable()
export class SubscriptionProbe {
  constructor(
    @Inject(KeyRing) private readonly keyRing: KeyRing,
    @Inject(ReceiverCheck) private readonly receivers: ReceiverCheck,
  ) {}

  /** @param isSigned whether it is shown with a signature that a receiver would believe */
  render(state: Subscription, event: ProbeEvent, { isSigned }: { isSigned: boolean }): Rendered {
    const prepared = this.prepare(state, event);
    const rendered = shown(state, prepared);
    if (!isSigned) for (const name of prepared.proof) rendered.headers[name] = redacted;
    return rendered;
  }

  async send(state: Subscription, event: ProbeEvent): Promise<Probe> {
    const prepared = this.prepare(state, event);
    const { headers, body } = prepared;
    const { tenantId, url, timeoutMs } = state;
    const request = { method: 'POST', url, headers: headers.flat(), body, timeoutMs } as const;
    const result = await this.receivers.test(tenantId, request);
    const base = { request: shown(state, prepared), durationMs: Math.round(result.timings.durationMs) };
    if (result.kind === 'error') {
      const { reason, message } = result;
      return { ...base, outcome: 'failed', status: null, error: { reason, message }, response: null };
    }
    const { status, truncated } = result;
    return {
      ...base,
      outcome: status >= 200 && status <= 299 ? 'accepted' : 'failed',
      status,
      error: null,
      response: { headers: result.headers, body: result.body.toString('utf8'), truncated },
    };
  }

  /**
   * Whether a request that somebody received is ours and whole, by any secret that is live now: its proof is
   * compared with the one we would have sent at the time it claims, in constant time.
   */
  verify(state: Subscription, { headers, body }: { headers: Record<string, string>; body: string }): boolean {
    const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const id = given.get('webhook-id') ?? '';
    const atMs = Number(given.get('webhook-timestamp') ?? 0) * 1000;
    const { openKeys, authHeaders } = profileOf(state.profile);
    return this.liveSecrets(state).some((secret) => {
      const wanted = pairsOf(authHeaders(openKeys([secret]), { id }, Buffer.from(body), atMs));
      return wanted.every(([name, value]) => {
        const text = given.get(name.toLowerCase()) ?? '';
        // Of several signatures one has to be right.
        const parts = name === 'webhook-signature' ? text.split(' ') : [text];
        return parts.some((part) => isSame(part, value));
      });
    });
  }

  private prepare(state: Subscription, wanted: ProbeEvent): Prepared {
    const profile = profileOf(state.profile);
    const now = Date.now();
    const example = exampleOf(state, wanted.type);
    const { type = example.type, entity = example.entity, data = example.data } = wanted;
    const event: ProfileEvent = {
      id: `evt_test${randomBytes(11).toString('hex')}`,
      tenantId: state.tenantId,
      type,
      entity,
      timestamp: new Date(now).toISOString(),
      data: Buffer.from(JSON.stringify(data)),
    };
    const body = profile.render(event);
    const keys = profile.openKeys(this.liveSecrets(state));
    const own = Object.entries(state.headers).map(([name, value]): [string, string] => [
      name,
      openHeader(value, (sealed) => this.open(state, sealed)),
    ]);
    const proof = pairsOf(profile.authHeaders(keys, event, body, now));
    const headers: Headers = [
      ['content-type', profile.contentType],
      ['user-agent', userAgent],
      ['webhook-id', event.id],
      ['webhook-attempt', '1'],
      ...proof,
      ...own,
    ];
    return { headers, proof: new Set(proof.map(([name]) => name)), body };
  }

  /** Newest first. */
  private liveSecrets(state: Subscription): string[] {
    const now = Date.now();
    return state.secrets
      .filter(({ expiresAt = Infinity }) => expiresAt > now)
      .map(({ sealed }) => this.open(state, sealed));
  }

  private open({ tenantId, id }: Subscription, sealed: string): string {
    return this.keyRing.open(sealed, secretContext(tenantId, id)).toString('utf8');
  }
}

const redacted = '[redacted]';

/** A signature may be seen by whoever may have it made; a secret that travels as it is by nobody. */
function shown(state: Subscription, { headers, body }: Prepared): Rendered {
  const own = shownHeaders(state.headers);
  const entries = headers.map(([name, value]) => [
    name,
    name.toLowerCase() === 'authorization' ? redacted : (own[name] ?? value),
  ]);
  const named = Object.fromEntries(entries) as Record<string, string>;
  return { method: 'POST', url: state.url, headers: named, body: body.toString('utf8') };
}

function pairsOf(flat: readonly string[]): Headers {
  const pairs: Headers = [];
  for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i], flat[i + 1]]);
  return pairs;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
