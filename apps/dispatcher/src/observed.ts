import type { EgressClient } from '@posthorn/egress';
import { dueTopic, eventsTopic } from '@posthorn/contracts';
import type { KafkaConnection } from '@posthorn/messaging';
import type { Metrics } from '@posthorn/runtime';
import type { Brakes } from './brakes.js';
import type { DispatcherSettings } from './dispatcher.config.js';
import type { LaneSlot } from './lane-slot.js';
import { dueLoadOf, loadOf } from './memory-bounds.js';
import { dispatcherMetrics as defined } from './metrics.js';
import type { PartitionOwner } from './partition-owner.js';
import type { Sender } from './sender.js';
import type { Tally } from './tally.js';

/** What is looked at when somebody collects. */
export type Observable = {
  settings: DispatcherSettings;
  owners(): PartitionOwner[];
  holdings: ReadonlyMap<number, unknown>;
  brakes: Pick<Brakes, 'count'>;
  sender: Pick<Sender, 'inFlight' | 'waiting'>;
  egress: Pick<EgressClient, 'stats'>;
  kafka: Pick<KafkaConnection, 'partitionCount'>;
  tally: Pick<Tally, 'tenants'>;
};

type LaneState = 'live' | 'parked' | 'paused' | 'behind';
const laneStates = ['live', 'parked', 'paused', 'behind'] as const;

/** One walk over all lanes answers several gauges. */
class Census {
  readonly lanes = { live: 0, parked: 0, paused: 0, behind: 0 };
  readonly backlog = { live: 0, parked: 0, paused: 0, behind: 0 };
  readonly oldestAt = { live: Infinity, parked: Infinity, paused: Infinity, behind: Infinity };
  readonly subscriptions = { active: 0, paused: 0, disabled: 0 };
  readonly failingByTenant = new Map<string, number>();
  failing = 0;
  parked = 0;

  constructor(owners: readonly PartitionOwner[]) {
    for (const owner of owners) {
      for (const slot of owner.slots.values()) this.lane(slot);
      for (const { snapshot, lanes } of owner.subscriptions.all()) {
        const { status } = snapshot;
        if (status === 'deleted') continue;
        this.subscriptions[status]++;
        if (status === 'active') this.active(snapshot.tenantId, [...lanes.values()]);
      }
    }
  }

  private active(tenantId: string, lanes: readonly LaneSlot[]): void {
    if (lanes.some(({ lane }) => lane.state === 'parked')) this.parked++;
    if (lanes.every(({ lane }) => lane.health.failingSince === null)) return;
    this.failing++;
    this.failingByTenant.set(tenantId, (this.failingByTenant.get(tenantId) ?? 0) + 1);
  }

  private lane(slot: LaneSlot): void {
    const { lane, owner } = slot;
    const state: LaneState = lane.paused ? 'paused' : lane.state;
    this.lanes[state]++;
    const inLog = Math.max(0, Math.min(owner.nextPosition, lane.endsAt) - lane.lowest);
    this.backlog[state] += state === 'live' ? lane.queued + lane.inFlightCount : inLog;
    const inMemory = lane.oldest?.message.acceptedAt ?? Infinity;
    this.oldestAt[state] = Math.min(this.oldestAt[state], inMemory, inLogSince(slot));
  }
}

/** Since when a lane waits that keeps its events in the log; Infinity where nothing is known to wait. */
function inLogSince({ lane, waitingSince = Infinity }: LaneSlot): number {
  if (lane.state !== 'parked') return Infinity;
  const failingSince = lane.health.failingSince ?? Infinity;
  if (!lane.paused) return failingSince;
  // A paused lane need not have anything to send. Where it has tried its head, that waits.
  return lane.hasTried(lane.lowest) ? Math.min(waitingSince, failingSince) : waitingSince;
}

export function observeDispatcher(metrics: Metrics, seen: Observable): void {
  let census: Census | undefined;
  // All gauges of one collection share a walk: they are asked in the same turn.
  const taken = (): Census => {
    if (!census) {
      census = new Census(seen.owners());
      queueMicrotask(() => (census = undefined));
    }
    return census;
  };
  observeLanes(metrics, taken);
  observeTenants(metrics, seen, taken);
  observePartitions(metrics, seen);
  observeBounds(metrics, seen);
}

function observeLanes(metrics: Metrics, census: () => Census): void {
  const byState = (state: string) => ({ 'posthorn.lane.state': state });
  metrics.observe(defined.lanes, (observe) => {
    for (const state of laneStates) observe(census().lanes[state], byState(state));
  });
  metrics.observe(defined.backlog, (observe) => {
    for (const state of laneStates) observe(census().backlog[state], byState(state));
  });
  metrics.observe(defined.backlogAge, (observe) => {
    const now = Date.now();
    for (const state of laneStates) {
      const oldestAt = census().oldestAt[state];
      observe(oldestAt === Infinity ? 0 : Math.max(0, now - oldestAt) / 1_000, byState(state));
    }
  });
  metrics.observe(defined.subscriptions, (observe) => {
    for (const [status, count] of Object.entries(census().subscriptions))
      observe(count, { 'posthorn.subscription.status': status });
  });
  metrics.observe(defined.failing, (observe) => observe(census().failing));
  metrics.observe(defined.parked, (observe) => observe(census().parked));
}

function observeTenants(
  metrics: Metrics,
  { settings, tally: { tenants } }: Observable,
  census: () => Census,
): void {
  const max = settings.metricsTenantsMax;
  metrics.observe(defined.tenantAttempts, (observe) => {
    for (const [tenant, { delivered, failed }] of tenants.top(max)) {
      observe(delivered, { 'posthorn.tenant.id': tenant, 'posthorn.outcome': 'delivered' });
      observe(failed, { 'posthorn.tenant.id': tenant, 'posthorn.outcome': 'failed' });
    }
  });
  metrics.observe(defined.tenantFailing, (observe) => {
    const { failingByTenant } = census();
    for (const [tenant] of tenants.top(max))
      observe(failingByTenant.get(tenant) ?? 0, { 'posthorn.tenant.id': tenant });
  });
}

function observePartitions(metrics: Metrics, seen: Observable): void {
  const { owners, holdings, brakes, settings, kafka } = seen;
  const topics = { events: eventsTopic.name, due: dueTopic.name };
  // Of the topic, not of the settings: those count when it is made. Asked of Kafka once.
  metrics.observe(defined.partitions, async (observe) =>
    observe(await kafka.partitionCount(eventsTopic.name)),
  );
  metrics.observe(defined.partitionsAssigned, (observe) => observe(holdings.size));
  metrics.observe(defined.partitionsOwned, (observe) => observe(owners().length));
  metrics.observe(defined.partitionsPaused, (observe) => {
    for (const topic of Object.values(topics))
      observe(brakes.count(topic), { 'messaging.destination.name': topic });
  });
  metrics.observe(defined.windowFill, (observe) => {
    const all = owners();
    const fullest = (load: typeof loadOf) => Math.max(0, ...all.map((owner) => load(owner, all, settings)));
    observe(fullest(loadOf), { 'messaging.destination.name': topics.events });
    observe(fullest(dueLoadOf), { 'messaging.destination.name': topics.due });
  });
}

function observeBounds(metrics: Metrics, { owners, settings, sender, egress }: Observable): void {
  metrics.observe(defined.memory, (observe) => {
    const sum = (bytes: (owner: PartitionOwner) => number) =>
      owners().reduce((total, owner) => total + bytes(owner), 0);
    observe(
      sum(({ heldBytes }) => heldBytes),
      { 'posthorn.memory': 'held' },
    );
    observe(
      sum(({ fedBytes }) => fedBytes),
      { 'posthorn.memory': 'fed' },
    );
    observe(
      sum(({ due }) => due.heldBytes),
      { 'posthorn.memory': 'due' },
    );
  });
  metrics.observe(defined.memoryLimit, (observe) => observe(settings.eventBytesMax));
  metrics.observe(defined.inFlight, (observe) => observe(sender.inFlight));
  metrics.observe(defined.inFlightLimit, (observe) => observe(settings.sendMax));
  metrics.observe(defined.waitingLanes, (observe) => {
    for (const [permit, lanes] of Object.entries(sender.waiting))
      observe(lanes, { 'posthorn.permit': permit });
  });
  metrics.observe(defined.sockets, (observe) => observe(egress.stats().sockets));
  metrics.observe(defined.origins, (observe) => observe(egress.stats().origins));
}
