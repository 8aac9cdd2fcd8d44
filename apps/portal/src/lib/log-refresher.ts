import type { Query, QueryClient } from '@tanstack/react-query';

/** A burst of attempts is one reload. */
const gatherMs = 400;
/** However much happens, what is shown is asked for no more often than this. */
const restMs = 1_000;

/** A list that somebody has read on further down is left in peace. */
const isReadOn = ({ state }: Query): boolean =>
  ((state.data as { pages?: unknown[] } | undefined)?.pages?.length ?? 0) > 1;

/**
 * Reads anew what is shown of a tenant's log, told by the stream that something happened. One reload at a
 * time, none is cut off by the next one, and whatever is told meanwhile is one more. Numbers over time are
 * not among it: they have a rhythm of their own (`['stats', …]`).
 */
export class LogRefresher {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isReading = false;
  private isWanted = false;
  private isOver = false;

  constructor(
    private readonly client: QueryClient,
    private readonly tenantId: string,
  ) {}

  tell(): void {
    this.isWanted = true;
    if (!this.isReading) this.plan(gatherMs);
  }

  close(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  private plan(ms: number): void {
    if (this.isOver) return;
    this.timer ??= setTimeout(() => void this.read(), ms);
  }

  private async read(): Promise<void> {
    [this.isReading, this.isWanted] = [true, false];
    await Promise.allSettled(
      ['log', 'subscriptions'].map((of) =>
        this.client.invalidateQueries(
          { queryKey: [of, this.tenantId], predicate: (query) => !isReadOn(query) },
          { cancelRefetch: false },
        ),
      ),
    );
    [this.isReading, this.timer] = [false, undefined];
    if (this.isOver) return;
    // Until it has rested, what is told waits behind this timer.
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.isWanted) this.plan(0);
    }, restMs);
  }
}
