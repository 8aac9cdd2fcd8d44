/** Attempts of one tenant. */
type Tally = { delivered: number; failed: number };
/** `recent` is what it weighs: failures and successes, of which half is forgotten every few minutes. */
type Entry = Tally & { recent: number };

const tenantsMax = 20_000;
/** At the bound so many make room at once, so that a flood of tenants costs no walk for each. */
const forgottenAtOnce = 2_000;
/** A failure is worth looking at sooner than a success. */
const failureWeight = 10;
const halfLifeMs = 5 * 60_000;
const fadeEveryMs = 30_000;

/**
 * Attempts by tenant. Every tenant is counted, so that no counter starts anew; shown are only those with the
 * most of late. At its bound those that had the least of late make room.
 */
export class TenantTally {
  private readonly byTenant = new Map<string, Entry>();
  private fadedMs: number;

  constructor(private readonly nowMs: () => number = () => performance.now()) {
    this.fadedMs = nowMs();
  }

  count(tenantId: string, delivered: boolean): void {
    let entry = this.byTenant.get(tenantId);
    if (!entry) {
      entry = { delivered: 0, failed: 0, recent: 0 };
      if (this.byTenant.size >= tenantsMax) this.makeRoom();
      this.byTenant.set(tenantId, entry);
    }
    if (delivered) entry.delivered++;
    else entry.failed++;
    entry.recent += delivered ? 1 : failureWeight;
  }

  top(max: number): [tenantId: string, tally: Readonly<Tally>][] {
    this.fade();
    return [...this.byTenant]
      .sort(([, a], [, b]) => b.recent - a.recent)
      .slice(0, max)
      .map(([tenantId, { delivered, failed }]) => [tenantId, { delivered, failed }]);
  }

  /** Not at every look: several may look, and what each of them sees is the same. */
  private fade(): void {
    const elapsedMs = this.nowMs() - this.fadedMs;
    if (elapsedMs < fadeEveryMs) return;
    const share = 0.5 ** (elapsedMs / halfLifeMs);
    for (const entry of this.byTenant.values()) entry.recent *= share;
    this.fadedMs += elapsedMs;
  }

  private makeRoom(): void {
    this.fade();
    const least = [...this.byTenant].sort(([, a], [, b]) => a.recent - b.recent).slice(0, forgottenAtOnce);
    for (const [tenantId] of least) this.byTenant.delete(tenantId);
  }
}
