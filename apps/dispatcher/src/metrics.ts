import { durationBounds, type MetricDefinition } from '@posthorn/runtime';

const state = 'posthorn.lane.state';

/** What the dispatcher counts and shows. */
export const dispatcherMetrics = {
  read: {
    name: 'posthorn.events.read',
    kind: 'counter',
    unit: '{event}',
    description: 'Events that came to the main reader; a new owner reads some again',
  },
  repeated: {
    name: 'posthorn.events.repeated',
    kind: 'counter',
    unit: '{event}',
    description: 'Events that were dropped because their id stood at a lower offset within ten minutes',
  },
  matched: {
    name: 'posthorn.deliveries.matched',
    kind: 'counter',
    unit: '{delivery}',
    description: 'Deliveries that events came to: one per event and matching subscription',
  },
  finished: {
    name: 'posthorn.deliveries.finished',
    kind: 'counter',
    unit: '{delivery}',
    description:
      'Deliveries that are over; expired counts ranges of events that nobody could send any more once',
    attributes: ['posthorn.outcome'],
  },
  attempts: {
    name: 'posthorn.attempts',
    kind: 'counter',
    unit: '{attempt}',
    description:
      'Requests to receivers by what came of them; posthorn.receiver says how the receiver was doing before',
    attributes: ['posthorn.outcome', 'posthorn.receiver', 'error.type'],
  },
  attemptDuration: {
    name: 'http.client.request.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long requests to receivers took; error.type is the reason, or the class of the status',
    attributes: ['http.request.method', 'error.type'],
    bounds: durationBounds,
  },
  phaseDuration: {
    name: 'posthorn.egress.phase.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Parts of requests to receivers: name, connection, TLS (new connections only), first byte',
    attributes: ['posthorn.phase'],
    bounds: durationBounds,
  },
  firstAttempt: {
    name: 'posthorn.delivery.first_attempt.delay',
    kind: 'histogram',
    unit: 's',
    description: 'From accepted to the start of the first attempt; replays are not counted',
    attributes: ['posthorn.receiver'],
    bounds: durationBounds,
  },
  deliveryDuration: {
    name: 'posthorn.delivery.duration',
    kind: 'histogram',
    unit: 's',
    description:
      'From accepted to delivered, by whether the first attempt succeeded; replays are not counted',
    attributes: ['posthorn.attempt'],
    bounds: [...durationBounds, 3_600, 21_600, 86_400],
  },
  lanes: {
    name: 'posthorn.lanes',
    kind: 'gauge',
    unit: '{lane}',
    description:
      'Lanes that exist in memory: live, parked (a failure is waited out), paused, behind (catching up)',
    attributes: [state],
  },
  backlog: {
    name: 'posthorn.backlog',
    kind: 'gauge',
    unit: '{event}',
    description:
      'What waits: events in memory (live), records of the log between lanes and the reader (others; an upper bound)',
    attributes: [state],
  },
  backlogAge: {
    name: 'posthorn.backlog.age',
    kind: 'gauge',
    unit: 's',
    description:
      'How long the oldest of what waits has waited; parked lanes since they began to fail, paused ones since what they hold back came',
    attributes: [state],
  },
  subscriptions: {
    name: 'posthorn.subscriptions',
    kind: 'gauge',
    unit: '{subscription}',
    description: 'Subscriptions of the partitions owned here',
    attributes: ['posthorn.subscription.status'],
  },
  failing: {
    name: 'posthorn.subscriptions.failing',
    kind: 'gauge',
    unit: '{subscription}',
    description: 'Active subscriptions whose receiver has not taken anything since its last failure',
  },
  parked: {
    name: 'posthorn.subscriptions.parked',
    kind: 'gauge',
    unit: '{subscription}',
    description: 'Active subscriptions with a parked lane',
  },
  partitions: {
    name: 'posthorn.partitions',
    kind: 'gauge',
    unit: '{partition}',
    description: 'Partitions that there are: together the dispatchers should own so many',
  },
  partitionsAssigned: {
    name: 'posthorn.partitions.assigned',
    kind: 'gauge',
    unit: '{partition}',
    description: 'Partitions that the group gave this process',
  },
  partitionsOwned: {
    name: 'posthorn.partitions.owned',
    kind: 'gauge',
    unit: '{partition}',
    description: 'Partitions that this process has taken over',
  },
  partitionsPaused: {
    name: 'posthorn.partitions.paused',
    kind: 'gauge',
    unit: '{partition}',
    description: 'Partitions that are not read on because a bound is reached',
    attributes: ['messaging.destination.name'],
  },
  ownershipLost: {
    name: 'posthorn.partitions.lost',
    kind: 'counter',
    unit: '{partition}',
    description: 'Partitions whose ownership was lost or given up for an error, and taken over anew',
  },
  takeovers: {
    name: 'posthorn.takeover.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long it took to take a partition over',
    bounds: durationBounds,
  },
  windowFill: {
    name: 'posthorn.window.fill',
    kind: 'gauge',
    unit: '1',
    description: 'How full the fullest window is with what it waits for; at 1 its partition pauses',
    attributes: ['messaging.destination.name'],
  },
  memory: {
    name: 'posthorn.memory.events',
    kind: 'gauge',
    unit: 'By',
    description:
      'Events in memory: held (windows wait for them), fed (of lanes that catch up), due (single retries)',
    attributes: ['posthorn.memory'],
  },
  memoryLimit: {
    name: 'posthorn.memory.events.limit',
    kind: 'gauge',
    unit: 'By',
    description: 'Above this the largest lanes go behind',
  },
  inFlight: {
    name: 'posthorn.requests.in_flight',
    kind: 'gauge',
    unit: '{request}',
    description: 'Requests to receivers that are under way',
  },
  inFlightLimit: {
    name: 'posthorn.requests.limit',
    kind: 'gauge',
    unit: '{request}',
    description: 'So many may be under way',
  },
  waitingLanes: {
    name: 'posthorn.lanes.waiting',
    kind: 'gauge',
    unit: '{lane}',
    description: 'Lanes that wait for a permit, by which one',
    attributes: ['posthorn.permit'],
  },
  sockets: {
    name: 'posthorn.egress.sockets',
    kind: 'gauge',
    unit: '{socket}',
    description: 'Open connections to receivers, those that are being opened included',
  },
  origins: {
    name: 'posthorn.egress.origins',
    kind: 'gauge',
    unit: '{origin}',
    description: 'Receivers (scheme, host, port) that have connections or wait for one',
  },
  tenantAttempts: {
    name: 'posthorn.tenant.attempts',
    kind: 'counter',
    unit: '{attempt}',
    description:
      'Requests to receivers of the tenants that had the most in the last minutes, failures counting tenfold',
    attributes: ['posthorn.tenant.id', 'posthorn.outcome'],
  },
  tenantFailing: {
    name: 'posthorn.tenant.subscriptions.failing',
    kind: 'gauge',
    unit: '{subscription}',
    description: 'Failing subscriptions of the same tenants',
    attributes: ['posthorn.tenant.id'],
  },
} as const satisfies Record<string, MetricDefinition>;
