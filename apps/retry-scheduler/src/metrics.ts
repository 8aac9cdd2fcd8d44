import { durationBounds, type MetricDefinition } from '@posthorn/runtime';

export const retrySchedulerMetrics = {
  lateness: {
    name: 'posthorn.timer.lateness',
    kind: 'histogram',
    unit: 's',
    description: 'How long after its time a timer was handed to the dispatcher; 0 where it was in time',
    attributes: ['posthorn.timer'],
    bounds: durationBounds,
  },
  waiting: {
    name: 'posthorn.timers.waiting',
    kind: 'gauge',
    unit: '{timer}',
    description: 'Timers that wait, of the partitions held here; at most 100,000 of each kind are counted',
    attributes: ['posthorn.timer'],
  },
  overdue: {
    name: 'posthorn.timers.overdue',
    kind: 'gauge',
    unit: 's',
    description: 'How long the timer has waited for its turn that waits longest; 0 where none is due',
    attributes: ['posthorn.timer'],
  },
} as const satisfies Record<string, MetricDefinition>;
