import type { EventTypeRule } from '@posthorn/domain';

type Rule = Pick<EventTypeRule, 'id' | 'tenantId'>;

/** A hundred times as long as one check may take: a tenant whose schemas are slow gets 1 % of the time. */
const restMs = 10_000;

/**
 * Schemas whose check was given up. They rest: the loop that all publishers share stands still while one is
 * checked. The more of a tenant's schemas rest, the longer each does.
 */
export class SlowSchemas {
  private readonly byTenant = new Map<string, Map<string, number>>();

  isResting({ id, tenantId }: Rule, nowMs: number): boolean {
    const until = this.byTenant.get(tenantId)?.get(id);
    return until !== undefined && nowMs < until;
  }

  /** @returns for how long */
  rest({ id, tenantId }: Rule, nowMs: number): number {
    const resting = this.byTenant.get(tenantId) ?? new Map<string, number>();
    for (const [other, until] of resting) if (until <= nowMs) resting.delete(other);
    const forMs = restMs * (resting.size + 1);
    resting.set(id, nowMs + forMs);
    this.byTenant.set(tenantId, resting);
    return forMs;
  }
}
