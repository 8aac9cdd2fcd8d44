import { Pool } from 'undici';

export type Target = { tenantId: string; key: string };

/** One published event; `acceptedMs` stays undefined where it was not accepted. */
export type Publication = { n: number; target: number; dueMs: number; acceptedMs: number | undefined };

/** More than that under way at once is no moderate rate any more: the run says so. */
const underWayMax = 2_000;

/**
 * Publishes one event at a time at a fixed rate, in turn over the targets, whatever became of those before.
 * An event's time counts from when it was due, so that a publisher that falls behind is seen.
 */
export class Load {
  private readonly pool: Pool;
  private numbered = 0;
  private underWay = 0;

  constructor(
    ingestUrl: string,
    private readonly ratePerS: number,
  ) {
    this.pool = new Pool(ingestUrl, { connections: 64 });
  }

  async run(targets: readonly Target[], lengthMs: number): Promise<Publication[]> {
    const publications: Publication[] = [];
    const startedMs = performance.now();
    const total = Math.floor((lengthMs / 1_000) * this.ratePerS);
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(total, ((performance.now() - startedMs) / 1_000) * this.ratePerS);
        while (publications.length < due) {
          const i = publications.length;
          const dueMs = startedMs + (i * 1_000) / this.ratePerS;
          const publication: Publication = {
            n: this.numbered++,
            target: i % targets.length,
            dueMs,
            acceptedMs: undefined,
          };
          publications.push(publication);
          void this.publish(targets[publication.target], publication);
        }
        if (publications.length < total) return;
        clearInterval(timer);
        resolve();
      }, 2);
    });
    return publications;
  }

  /** Until nothing is under way; at most that long. */
  async idle(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    while (this.underWay > 0 && performance.now() < until) await new Promise((r) => setTimeout(r, 20));
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }

  private async publish({ tenantId, key }: Target, publication: Publication): Promise<void> {
    if (this.underWay >= underWayMax) return;
    this.underWay++;
    const { n } = publication;
    const event = {
      tenantId,
      type: 'order.changed',
      entity: { name: 'order', id: String(n % 100) },
      timestamp: new Date().toISOString(),
      id: `isolation-${n}`,
      data: { n, note },
    };
    try {
      const { statusCode, body } = await this.pool.request({
        method: 'POST',
        path: '/v1/events',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body: JSON.stringify(event),
        headersTimeout: 10_000,
      });
      await body.dump();
      if (statusCode === 202) publication.acceptedMs = performance.now();
    } catch {
      // Not accepted; the run counts how many were.
    }
    this.underWay--;
  }
}

const note = 'An event of ordinary size carries a few hundred bytes of what happened. '.repeat(4);
