import type { EgressResult } from '@posthorn/egress';
import type { TraceContext } from '@posthorn/messaging';
import type { Metrics, Spans } from '@posthorn/runtime';
import type { AttemptWatch } from './attempt-recorder.js';
import { AttemptSpans } from './attempt-spans.js';
import type { LaneSlot, Work } from './lane-slot.js';
import { Tally } from './tally.js';

/** What the dispatcher tells of itself, in numbers and in spans. */
export class Watch implements AttemptWatch {
  readonly tally: Tally;
  readonly spans: AttemptSpans;

  constructor({ metrics, spans }: { metrics?: Metrics; spans?: Spans }) {
    this.tally = new Tally(metrics);
    this.spans = new AttemptSpans(spans);
  }

  over(outcome: string): void {
    this.tally.over(outcome);
  }

  traceOf(work: Work): TraceContext | undefined {
    return this.spans.traceOf(work);
  }

  begin(slot: LaneSlot, work: Work): TraceContext | undefined {
    return this.spans.begin(slot, work);
  }

  answered(slot: LaneSlot, work: Work, result: EgressResult): void {
    this.tally.answered(slot, work, result);
    this.spans.answered(slot, work, result);
  }
}
