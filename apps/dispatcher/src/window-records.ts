import { dueKey, encodeCursors, windowKey } from '@posthorn/contracts';
import type { PartitionOwner } from './partition-owner.js';
import { Passage } from './passage.js';

/** A record of `cursors`. */
type Cursor = { key: string; value: Buffer };

/** The two windows of an owner, as they go into its transactions. */
export class WindowRecords {
  private written = '';
  private isDue = true;
  /** Where the main reader was when. */
  readonly passage: Passage;

  /** @param dueEnd up to here `due` was written before this owner came */
  constructor(
    private readonly owner: PartitionOwner,
    private readonly now: () => number,
    private readonly dueEnd: number,
  ) {
    this.passage = new Passage(now(), owner.nextPosition);
  }

  /** The next transaction takes them along, and one of their own is made for them. */
  ask(): void {
    this.isDue = true;
  }

  /** Whether the retries that waited when this owner came were read. */
  get knowsDue(): boolean {
    return this.owner.due.window.position >= this.dueEnd;
  }

  /** Undefined where they are not asked for, or have not moved since they were taken last. */
  take(): { cursors: Cursor[]; next: number; due: number } | undefined {
    if (!this.isDue) return undefined;
    this.isDue = false;
    const window = this.owner.window.snapshot();
    const due = this.owner.due.window.snapshot();
    const text = `${window.next} ${window.bitmap} ${due.next} ${due.bitmap}`;
    if (text === this.written) return undefined;
    this.written = text;
    const [at, since] = [this.now(), this.since()];
    const cursors = [
      { key: windowKey, value: encodeCursors({ kind: 'window', ...window, at, since }) },
      { key: dueKey, value: encodeCursors({ kind: 'due', ...due }) },
    ];
    return { cursors, next: window.next, due: due.next };
  }

  /**
   * What is over beyond the window's next event for one subscription, and not for another that it waits for,
   * is known only from `attempts`; and so is what an owner before ended, until the readers have passed it.
   */
  private since(): number {
    const { endings, nextPosition, window } = this.owner;
    return endings.sinceWindow(this.knowsDue ? nextPosition : -1, this.passage.timeBefore(window.next));
  }
}
