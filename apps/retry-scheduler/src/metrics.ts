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
} as const satisfies Record<string, MetricDefinition>;
