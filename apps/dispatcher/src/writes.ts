/** What is to be written: the windows, and the cursors of lanes that catch up. */
export type Due = { windows: boolean; cursors: boolean };

export const nothing: Due = { windows: false, cursors: false };
export const everything: Due = { windows: true, cursors: true };

/** Each of thousands of lanes is a record; what cursors leave out is known from `attempts` (ADR 0013). */
const cursorsEveryMs = 1_000;

/** When owners write what moves on. Cursors go with the windows, many in one transaction. */
export class Writes {
  private windowsAt = 0;
  private cursorsAt = 0;

  constructor(private readonly windowEveryMs: number) {}

  /** What has become due; asked with the same time or a later one, it is not due again so soon. */
  dueAt(now: number): Due {
    if (now - this.windowsAt < this.windowEveryMs) return nothing;
    this.windowsAt = now;
    const cursors = now - this.cursorsAt >= cursorsEveryMs;
    if (cursors) this.cursorsAt = now;
    return { windows: true, cursors };
  }
}
