import { setTimeout as sleep } from 'node:timers/promises';
import { leaks, mood, orderReplay, some, stutters } from './breaks.js';
import { ownership, stores } from './drills-stores.js';
import { all, answers, heapSnapshot, logged, selects, shows } from './looks.js';
import { type Failure, kafkaOf, one } from './world.js';

const failing = 'posthorn_tenant_subscriptions_failing';
const tenantFails = answers('/subscriptions', /"failing[^,]+/);
const reasons = shows(
  'sum by (error_type) (rate(posthorn_attempts_total{posthorn_outcome="failed"}[20s])) > 0',
  some,
);

const receivers: readonly Failure[] = [
  {
    name: 'every fifth request fails',
    bounds: 'usual',
    break: mood('shaky'),
    runbooks: [
      {
        runbook: 'healthy-receivers-fail',
        alert: 'PosthornHealthyReceiversFast',
        look: all(reasons, shows(failing, some), logged('dispatcher', /"msg":"[^"]*attempt"/)),
      },
    ],
  },
  {
    name: 'all receivers are away',
    bounds: 'usual',
    break: mood('dead', orderReplay),
    runbooks: [
      {
        runbook: 'tenant-failing',
        alert: 'PosthornTenantFailing',
        look: all(
          tenantFails,
          answers('/deliveries?status=waiting', /"reason":"[^"]+/),
          answers('/deliveries?statusClass=5xx', /"lastStatus":503/),
        ),
      },
      { runbook: 'tenant-error-spike', alert: 'PosthornTenantErrorSpike', look: shows(failing, some) },
      {
        runbook: 'many-subscriptions-failing',
        alert: 'PosthornManySubscriptionsFailing',
        look: all(
          reasons,
          shows('sum(posthorn_subscriptions_failing)', (value) => value > 5),
        ),
      },
      {
        runbook: 'backlog-near-expiry',
        alert: 'PosthornBacklogNearExpiry',
        look: all(tenantFails, shows('posthorn_backlog_age_seconds{posthorn_lane_state="parked"}', some)),
      },
      {
        runbook: 'job-still',
        alert: 'PosthornJobStill',
        look: all(selects('job-still'), answers('/replays', /"status":"(running|queued)"/)),
      },
    ],
  },
  {
    name: 'a publisher sends nonsense',
    bounds: 'usual',
    break: async ({ traffic }) => {
      traffic.nonsense = true;
      return async () => void (traffic.nonsense = false);
    },
    runbooks: [
      {
        runbook: 'rejected-spike',
        alert: 'PosthornRejectedSpike',
        look: shows('rate(posthorn_events_rejected_total{posthorn_code="invalid-event"}[20s])', some),
      },
    ],
  },
];

const processes: readonly Failure[] = [
  {
    name: 'a dispatcher stands still again and again',
    bounds: 'usual',
    // Longer than its session lasts; not so long that lanes go BEHIND, which the objective leaves out.
    break: stutters('dispatcher', 8_000, 10_000),
    runbooks: [
      {
        runbook: 'first-attempt-late',
        alert: 'PosthornFirstAttemptFast',
        look: all(
          // Whichever of the alert's two pairs of windows fired.
          shows('posthorn:first_attempt:error_ratio_rate30m', (value) => value > 0.06),
          shows('posthorn_consumer_lag{messaging_consumer_group_name="dispatcher"}', (value) => value >= 0),
        ),
      },
    ],
  },
  {
    name: 'a service is gone',
    bounds: 'usual',
    break: async (world) => {
      await one(world, 'retry-scheduler').kill();
      return async () => one(world, 'retry-scheduler').start();
    },
    runbooks: [
      { runbook: 'service-down', alert: 'PosthornDown', look: shows('up == 0', (value) => value === 0) },
      {
        runbook: 'service-down',
        alert: 'PosthornAbsent',
        look: shows('ALERTS{alertname="PosthornAbsent", service="retry-scheduler"}', some),
      },
    ],
  },
  {
    name: 'a process is blocked again and again',
    bounds: 'usual',
    break: stutters('delivery-log', 700, 300),
    runbooks: [
      {
        runbook: 'event-loop-blocked',
        alert: 'PosthornEventLoopBlocked',
        look: shows(
          'nodejs_eventloop_delay_p99_seconds{job="posthorn-delivery-log"}',
          (value) => value > 0.5,
        ),
      },
    ],
  },
  {
    name: 'a process leaks',
    bounds: 'usual',
    break: leaks('event-ingest'),
    runbooks: [
      {
        runbook: 'heap-full',
        alert: 'PosthornHeapFull',
        look: all(
          shows(
            'v8js_memory_heap_used_bytes{job="posthorn-event-ingest"} / v8js_memory_heap_limit_bytes',
            (value) => value > 0.8,
          ),
          heapSnapshot('event-ingest'),
        ),
      },
    ],
  },
  {
    name: 'retries are handed over late',
    bounds: 'usual',
    break: async (world) => {
      world.traffic.mood = 'mixed';
      await sleep(5_000);
      const goOn = await stutters('retry-scheduler', 7_000, 2_500)(world);
      return async () => {
        world.traffic.mood = 'calm';
        await goOn();
      };
    },
    runbooks: [
      {
        runbook: 'timers-late',
        alert: 'PosthornTimersLate',
        look: shows('posthorn_timers_waiting', some),
      },
    ],
  },
];

const bounds: readonly Failure[] = [
  {
    name: 'the log forgets what waits',
    bounds: 'small',
    break: mood('dead', async (world) => {
      await sleep(15_000);
      const admin = kafkaOf(world).admin();
      await admin.connect();
      const topic = `${world.prefix}events.v1`;
      const ends = await admin.fetchTopicOffsets(topic);
      const all = ends.map(({ partition, high }) => ({ partition, offset: high }));
      await admin.deleteTopicRecords({ topic, partitions: all });
      await admin.disconnect();
      await sleep(5_000);
      world.traffic.mood = 'calm';
    }),
    runbooks: [
      {
        runbook: 'events-expired',
        alert: 'PosthornEventsExpired',
        look: all(
          logged('dispatcher', /events expired while a subscription waited/),
          answers('/deliveries?status=expired', /"status":"expired"/),
        ),
      },
    ],
  },
  {
    name: 'receivers take their time, and events are large',
    bounds: 'small',
    break: async (world) => {
      world.traffic.dataBytes = 60_000;
      const calm = await mood('slow')(world);
      return async () => {
        world.traffic.dataBytes = 0;
        await calm();
      };
    },
    runbooks: [
      {
        runbook: 'permits-exhausted',
        alert: 'PosthornPermitsExhausted',
        look: shows(
          'sum(posthorn_requests_in_flight) / sum(posthorn_requests_limit)',
          (value) => value > 0.9,
        ),
      },
      {
        runbook: 'event-memory-full',
        alert: 'PosthornEventMemoryFull',
        look: shows('sum by (posthorn_memory) (posthorn_memory_events_bytes)', some),
      },
      {
        runbook: 'catch-up-slow',
        alert: 'PosthornCatchUpSlow',
        look: all(
          shows('posthorn_lanes{posthorn_lane_state="behind"}', some),
          shows('posthorn_lanes_waiting', (value) => value >= 0),
          answers('/deliveries?subscriptionId=<id>', /"id":"dlv[^"]+/),
        ),
      },
    ],
  },
  {
    name: 'single retries wait for receivers that hang',
    bounds: 'window',
    break: async (world) => {
      const calm = await mood('halves')(world);
      await sleep(25_000);
      world.traffic.mood = 'hung';
      return calm;
    },
    runbooks: [
      {
        runbook: 'partitions-paused',
        alert: 'PosthornPartitionsPaused',
        look: all(
          shows('posthorn_partitions_paused{messaging_destination_name=~".*due.v1"}', some),
          shows('posthorn_window_fill_ratio{messaging_destination_name=~".*due.v1"}', (value) => value > 0.5),
          shows('posthorn_lanes_waiting', some),
        ),
      },
    ],
  },
];

export const failures: readonly Failure[] = [...receivers, ...processes, ...stores, ...ownership, ...bounds];
