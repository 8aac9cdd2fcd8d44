/** Attempts of one tenant. */
type Tally = { delivered: number; failed: number };

const tenantsMax = 20_000;
/** A failure is worth looking at sooner than a success. */
const failureWeight = 10;

/**
 * Attempts by tenant. Every tenant is counted, so that no counter starts anew; shown are only those with the
 * most. At its bound the tenants that came first make room.
 */
export class TenantTally {
  private readonly byTenant = new Map<string, Tally>();

  count(tenantId: string, delivered: boolean): void {
    let tally = this.byTenant.get(tenantId);
    if (!tally) {
      tally = { delivered: 0, failed: 0 };
      if (this.byTenant.size >= tenantsMax) this.forgetFirst();
      this.byTenant.set(tenantId, tally);
    }
    if (delivered) tally.delivered++;
    else tally.failed++;
  }

  top(max: number): [tenantId: string, tally: Readonly<Tally>][] {
    const weight = ([, { delivered, failed }]: [string, Tally]): number => delivered + failureWeight * failed;
    return [...this.byTenant].sort((a, b) => weight(b) - weight(a)).slice(0, max);
  }

  private forgetFirst(): void {
    const [first] = this.byTenant.keys();
    if (first !== undefined) this.byTenant.delete(first);
  }
}
