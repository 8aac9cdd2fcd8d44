import { AppError } from '@posthorn/runtime';

/** How many requests to receivers may be under way, in all and for one tenant. Nobody waits: it is said. */
export class ReceiverTurns {
  private readonly ofTenant = new Map<string, number>();
  private all = 0;

  constructor(
    private readonly max: number,
    private readonly perTenantMax: number,
  ) {}

  /** @throws AppError `too-many-requests` */
  async take<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    const mine = this.ofTenant.get(tenantId) ?? 0;
    if (this.all >= this.max || mine >= this.perTenantMax)
      throw new AppError('too-many-requests', 'Too many receivers are being asked.', { retryAfterS: 1 });
    this.count(tenantId, 1);
    try {
      return await work();
    } finally {
      this.count(tenantId, -1);
    }
  }

  private count(tenantId: string, by: 1 | -1): void {
    const left = (this.ofTenant.get(tenantId) ?? 0) + by;
    if (left === 0) this.ofTenant.delete(tenantId);
    else this.ofTenant.set(tenantId, left);
    this.all += by;
  }
}
