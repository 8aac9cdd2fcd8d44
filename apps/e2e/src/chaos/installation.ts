import { call, expect } from './api.js';
import type { Fleet } from './fleet.js';
import { type Ledger, SubscriptionLedger, TenantLedger } from './ledger.js';
import { lanesOf, type TenantPlan } from './plan.js';
import { Receiver } from './receivers.js';
import { Script } from './script.js';

export type Installation = {
  fleet: Fleet;
  adminKey: string;
  seed: number;
  /** How long receivers follow their scripts. */
  lengthMs: number;
  elapsedMs: () => number;
  /** Of the subscriptions. */
  timeoutMs: number;
};

/** Tenants with a key each, their subscriptions and receivers, entered in the ledger. */
export async function setUpTenants(
  plans: readonly TenantPlan[],
  ledger: Ledger,
  installation: Installation,
): Promise<Receiver[]> {
  const receivers: Receiver[] = [];
  for (const plan of plans) {
    const tenant = await makeTenant(plan, installation);
    ledger.tenants.push(tenant);
    for (const [i, name] of plan.scripts.entries()) {
      const seed = installation.seed * 1_000 + plan.index * 10 + i;
      const script = new Script(name, plan.ordering, seed, installation.lengthMs);
      const receiver = await Receiver.start(script, installation.elapsedMs);
      receivers.push(receiver);
      const id = await subscribe(plan, tenant, receiver, installation);
      const vain = (n: number): number | undefined => script.attemptsInVain(n);
      receiver.ledger = new SubscriptionLedger(tenant, id, `${tenant.name} ${name}`, lanesOf(plan), vain);
      tenant.subscriptions.push(receiver.ledger);
    }
  }
  return receivers;
}

async function makeTenant(plan: TenantPlan, { fleet, adminKey }: Installation): Promise<TenantLedger> {
  const [{ url }] = fleet.all('subscription-api');
  const id = `chaos-${String(plan.index).padStart(2, '0')}`;
  const name = `${id} ${plan.profile}/${plan.ordering}`;
  const tenant = { id, profile: plan.profile, name };
  // Repeated after an answer that was lost, it exists already.
  await expect([201, 202, 409], () => call('POST', `${url}/v1/tenants`, { key: adminKey, body: tenant }));
  const body = { name: 'chaos', scopes: ['publish', 'read', 'manage'] };
  const keys = `${url}/v1/tenants/${id}/keys`;
  const { key } = await expect([201, 202], () =>
    call<{ key: string }>('POST', keys, { key: adminKey, body }),
  );
  return new TenantLedger(id, key, name);
}

async function subscribe(
  plan: TenantPlan,
  { id, key }: TenantLedger,
  { url: hook, script }: Receiver,
  { fleet, timeoutMs }: Installation,
): Promise<string> {
  const [{ url }] = fleet.all('subscription-api');
  const body = {
    name: `${script.name} ${hook}`,
    url: hook,
    retryPolicy: script.retryPolicy,
    timeoutMs,
    ...ofProfile(plan),
  };
  const path = `${url}/v1/tenants/${id}/subscriptions`;
  return (await expect([201, 202], () => call<{ id: string }>('POST', path, { key, body }))).id;
}

function ofProfile({ profile, ordering, eventType, entityName }: TenantPlan): object {
  if (profile === 'brz365') {
    const filter = { entities: [{ name: entityName, changes: ['create', 'change', 'delete'] }] };
    return { filter, auth: { authorization: 'a-secret-of-the-run' } };
  }
  const filter = { types: [eventType] };
  return profile === 'brutlers' ? { filter } : { filter, ordering };
}
