import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { secretContext } from '@posthorn/contracts';
import { newId, profileOf, type Profile, type ProfileName } from '@posthorn/domain';
import { AppError, KeyRing } from '@posthorn/runtime';
import { EventStore, type Author, type Write, type Written } from '../aggregates/event.store.js';
import { Problems } from '../problems.js';
import type { PageRequest } from '../requests/page.js';
import type { Precondition } from '../requests/precondition.js';
import type { Tenant } from '../tenants/tenant.js';
import { sealHeaders, type Sealer } from './header-secrets.js';
import { LogPosition } from './log-position.client.js';
import { ReceiverCheck } from './receiver-check.client.js';
import { sealedSecret } from './sealed-secret.js';
import { generateSecret } from './secret-rules.js';
import { changesOf, settingsOf } from './subscription-changes.js';
import type { InputMode, SubscriptionInput } from './subscription-input.js';
import type {
  DisablingCause,
  OrderEvent,
  SealedSecret,
  Subscription,
  SubscriptionEvent,
} from './subscription.js';
import type { Verification } from './subscription.js';
import { SubscriptionStore } from './subscription.store.js';

/** So often may others move a webhook while its receiver is being asked. */
const triesMax = 5;

type Move = { url: string; secret: string; verification: Verification | undefined; question: string };

/** What a receiver said of itself when it agreed. */
type Agreement = { allowedRate?: number | null };

export type Created = {
  subscription: Subscription;
  /** Its text, if it was made here: it is shown this once. */
  secret?: string;
};

/**
 * The life of a subscription. Receivers are asked outside of the transaction; rules over a tenant's
 * subscriptions are looked at before that, so that what cannot succeed does not call anybody, and decided
 * under the tenant's lock.
 */
@Injectable()
export class SubscriptionService {
  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(SubscriptionStore) private readonly subscriptions: SubscriptionStore,
    @Inject(ReceiverCheck) private readonly receivers: ReceiverCheck,
    @Inject(KeyRing) private readonly keyRing: KeyRing,
    @Inject(LogPosition) private readonly log: LogPosition,
  ) {}

  list(tenant: Tenant, page?: PageRequest): Promise<Subscription[]> {
    return this.subscriptions.list(tenant.id, page);
  }

  async find(tenant: Tenant, id: string, write?: Write): Promise<Subscription> {
    const found = await this.subscriptions.find(tenant.id, id, write);
    if (!found) throw new AppError('not-found', 'No such subscription.');
    return found;
  }

  /** `input` has everything that has no default. */
  async create(tenant: Tenant, author: Author, input: SubscriptionInput): Promise<Written<Created>> {
    const profile = profileOf(tenant.profile);
    const { url = '' } = input;
    const isPolled = input.kind === 'poll';
    const generated = input.secret === undefined && !isPolled ? generateSecret(profile.name) : undefined;
    const secret = input.secret ?? generated ?? '';
    const place = { id: newId('sub', randomBytes(17)), tenantId: tenant.id };
    const settings = settingsOf(input, profile);
    const headers = sealHeaders(settings.headers, {}, this.sealerOf(place.tenantId, place.id));
    if (!isPolled) await this.receivers.checkUrl(url);
    await this.checkRoom(tenant, profile, settings.name);
    const agreement = isPolled ? {} : await this.verify(tenant, input.verification, url, secret);

    const ordering = input.ordering ?? profile.ordering;
    const { startFrom } = input;
    const fromSeq = startFrom === undefined ? undefined : await this.log.at(tenant.id, startFrom);
    // Where no order is kept, older events come beside new ones; elsewhere new ones wait behind them.
    const beside = ordering === 'unordered';
    const payload = {
      ...settings,
      headers,
      ...agreement,
      url,
      ...(isPolled ? { kind: 'poll' as const } : {}),
      secrets: isPolled ? [] : this.seal(place.tenantId, place.id, profile.name, secret),
      profile: profile.name,
      ordering,
      status: input.status ?? ('active' as const),
      ...(fromSeq === undefined || beside ? {} : { startSeq: fromSeq }),
    };
    const { value, relayed } = await this.events.write(tenant.id, author, async (write) => {
      await this.checkRoom(tenant, profile, settings.name, write);
      const made = await this.subscriptions.append(write, place, [{ type: 'created', payload }]);
      if (fromSeq === undefined || !beside) return made;
      return this.subscriptions.order(write, made, startAt(fromSeq));
    });
    return { value: { subscription: value, ...(generated ? { secret: generated } : {}) }, relayed };
  }

  /**
   * Decided under the lock, on what is there then. Only a new URL has to be settled before that, because
   * receivers are not asked while others wait; should the webhook have moved meanwhile, it is asked again.
   */
  async update(
    tenant: Tenant,
    author: Author,
    id: string,
    asked: SubscriptionInput | ((before: Subscription) => SubscriptionInput),
    { mode, precondition }: { mode: Exclude<InputMode, 'create'>; precondition?: Precondition | undefined },
  ): Promise<Written<Subscription>> {
    const inputOf = typeof asked === 'function' ? asked : (): SubscriptionInput => asked;
    const profile = profileOf(tenant.profile);
    /** What the receiver has said yes to in this request. */
    const agreed = new Map<string, Agreement>();
    const settle = async ({ url, secret, verification, question }: Move): Promise<void> => {
      await this.receivers.checkUrl(url);
      agreed.set(question, await this.verify(tenant, verification, url, secret));
    };
    const found = await this.find(tenant, id);
    precondition?.(found.version);
    const first = this.plan(found, inputOf(found), mode, profile);
    if (first.move) await settle(first.move);
    for (let tries = 1; tries <= triesMax; tries++) {
      const { value, relayed } = await this.events.write(tenant.id, author, async (write) => {
        const before = await this.find(tenant, id, write);
        precondition?.(before.version);
        const input = inputOf(before);
        const { changes, move } = this.plan(before, input, mode, profile);
        const agreement = move && agreed.get(move.question);
        if (move && !agreement) return { move };
        if (agreement && Object.keys(agreement).length > 0)
          changes.push({ type: 'changed', payload: agreement });
        if (changes.length === 0) return { subscription: before };
        if (input.name !== undefined && input.name !== before.name)
          await this.checkName(tenant, profile, input.name, id, write);
        return { subscription: await this.subscriptions.append(write, before, changes, before) };
      });
      if (value.subscription) return { value: value.subscription, relayed };
      await settle(value.move);
    }
    throw new AppError('conflict', 'It is being changed by others; read it and try again.');
  }

  /** What a request makes of a state, and the receiver that has to agree to it. */
  private plan(
    before: Subscription,
    input: SubscriptionInput,
    mode: Exclude<InputMode, 'create'>,
    profile: Profile,
  ): { changes: SubscriptionEvent[]; move?: Move } {
    refuseOrdering(before, input);
    refuseKind(before, input);
    const { tenantId, id } = before;
    const current = this.open(before);
    const secret = input.secret ?? current;
    const secrets = secret === current ? undefined : this.seal(tenantId, id, profile.name, secret);
    const { headers } = input;
    const sealed = headers && sealHeaders(headers, before.headers, this.sealerOf(tenantId, id));
    const wanted = sealed ? { ...input, headers: sealed } : input;
    const changes = changesOf(before, wanted, mode, profile, secrets);
    const { url = before.url, verification = before.verification } = input;
    const isSame = url === before.url && (verification ?? 'none') === (before.verification ?? 'none');
    if (isSame) return { changes };
    const question = JSON.stringify([url, secret, verification]);
    return { changes, move: { url, secret, verification, question } };
  }

  async delete(
    tenant: Tenant,
    author: Author,
    id: string,
    precondition?: Precondition,
  ): Promise<Written<Subscription>> {
    return this.events.write(tenant.id, author, async (write) => {
      const before = await this.find(tenant, id, write);
      precondition?.(before.version);
      return this.subscriptions.append(write, before, [{ type: 'deleted', payload: {} }], before);
    });
  }

  /** For what its receiver does: `judge` decides on what is there under the tenant's lock. */
  async disable(
    tenantId: string,
    id: string,
    judge: (before: Subscription) => { cause: DisablingCause; reason: string } | undefined,
  ): Promise<boolean> {
    // A look without the lock: most of what is asked again and again is not to be disabled.
    const seen = await this.subscriptions.find(tenantId, id);
    if (!seen || !judge(seen)) return false;
    const { value } = await this.events.write(tenantId, { actor: 'system:receiver' }, async (write) => {
      const before = await this.subscriptions.find(tenantId, id, write);
      const verdict = before && judge(before);
      if (!verdict) return false;
      const payload = { status: 'disabled', ...verdict } as const;
      await this.subscriptions.append(write, before, [{ type: 'status-changed', payload }], before);
      return true;
    });
    return value;
  }

  private async checkRoom(tenant: Tenant, profile: Profile, name: string, write?: Write): Promise<void> {
    const { count } = await this.subscriptions.census(tenant.id, name, write);
    if (count >= profile.subscriptionsMax)
      throw new AppError('limit-reached', `At most ${profile.subscriptionsMax} webhooks; delete one first.`);
    await this.checkName(tenant, profile, name, '', write);
  }

  private async checkName(
    tenant: Tenant,
    { nameUnique }: Profile,
    name: string,
    ownId: string,
    write?: Write,
  ): Promise<void> {
    if (!nameUnique) return;
    const { named } = await this.subscriptions.census(tenant.id, name, write);
    if (named.some((id) => id !== ownId))
      throw new AppError('name-taken', 'Another webhook has this name.', {
        errors: [{ pointer: '/name', detail: 'is taken' }],
      });
  }

  private async verify(
    { id: tenantId, profile }: Tenant,
    wanted: Verification | undefined,
    url: string,
    secret: string,
  ): Promise<Agreement> {
    const { verification } = profileOf(profile);
    if (verification === 'head') await this.receivers.verifyByHead(tenantId, url, secret);
    if (verification === 'options')
      return { allowedRate: await this.receivers.verifyByOptions(tenantId, url) };
    if (verification === 'challenge' && wanted === 'challenge')
      await this.receivers.verifyByChallenge(tenantId, url, secret);
    return {};
  }

  private seal(tenantId: string, id: string, profile: ProfileName, secret: string): SealedSecret[] {
    return [sealedSecret(this.keyRing, { tenantId, id, profile }, secret)];
  }

  private sealerOf(tenantId: string, id: string): Sealer {
    const context = secretContext(tenantId, id);
    return {
      seal: (plain) => this.keyRing.seal(plain, context),
      open: (sealed) => this.keyRing.open(sealed, context).toString('utf8'),
    };
  }

  private open({ tenantId, id, secrets: [newest] }: Subscription): string {
    return newest ? this.keyRing.open(newest.sealed, secretContext(tenantId, id)).toString('utf8') : '';
  }
}

function startAt(fromSeq: number): OrderEvent {
  const commandId = newId('cmd', randomBytes(17));
  return {
    type: 'replay-ordered',
    payload: { commandId, replayId: newId('rpl', randomBytes(17)), fromSeq },
  };
}

function refuseOrdering(before: Subscription, { ordering }: SubscriptionInput): void {
  if (ordering === undefined || ordering === before.ordering) return;
  const problems = new Problems();
  problems.add('/ordering', `cannot be changed; it is ${before.ordering}`);
  problems.throwIfAny();
}

/** Who is polled has no receiver, and the other way round. */
function refuseKind(before: Subscription, { kind, url }: SubscriptionInput): void {
  const problems = new Problems();
  const is = before.kind ?? 'webhook';
  if (kind !== undefined && kind !== is) problems.add('/kind', `cannot be changed; it is ${is}`);
  if (is === 'poll' && url !== undefined) problems.add('/url', 'is not for a subscription that is polled');
  problems.throwIfAny();
}
