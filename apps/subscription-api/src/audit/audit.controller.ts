import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Query, StreamableFile, UseGuards } from '@nestjs/common';
import { AppError, Asks, invalidQuery } from '@posthorn/runtime';
import { CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { EventStore } from '../aggregates/event.store.js';
import { foldEvents, type Stored } from '../aggregates/stored-event.js';
import { type List } from '../answer.js';
import { Lists, pageOf, readPage } from '../requests/page.js';
import { subscriptionView, type SubscriptionView } from '../subscriptions/subscription.dto.js';
import { applySubscriptionEvent, type SubscriptionEvent } from '../subscriptions/subscription.js';
import { type Tenant } from '../tenants/tenant.js';
import { AuditStore, type AuditEntry } from './audit.store.js';

const placeOf = ({ seq }: AuditEntry) => ({ at: seq, id: '' });

/** What happened to a tenant's aggregates: all they are is what their events say. */
@Controller('v1/tenants/:tenantId')
@UseGuards(AccessGuard)
export class AuditController {
  constructor(
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(EventStore) private readonly events: EventStore,
  ) {}

  /** Newest first. */
  @Get('audit')
  @Lists()
  @Needs('read')
  async list(
    @CurrentTenant() { id }: Tenant,
    @Query() query: Record<string, unknown>,
  ): Promise<List<AuditEntry>> {
    const page = readPage(query, 'number');
    return pageOf(await this.audit.page(id, page), page, placeOf, (entry) => entry);
  }

  /** All of it, oldest first, a JSON object a line. */
  @Get('audit/export')
  @Needs('read')
  export(@CurrentTenant() { id }: Tenant): StreamableFile {
    return exported(this.audit.all(id));
  }

  /** Of one subscription, newest first; also of one that was deleted. */
  @Get('subscriptions/:id/history')
  @Lists()
  @Needs('read')
  async history(
    @CurrentTenant() tenant: Tenant,
    @Param('id') id: string,
    @Query() query: Record<string, unknown>,
  ): Promise<List<AuditEntry>> {
    const page = readPage(query, 'number');
    await this.stored(tenant, id);
    const rows = await this.audit.page(tenant.id, page, { subscriptionId: id });
    return pageOf(rows, page, placeOf, (entry) => entry);
  }

  /** What it was at a time: `at`, RFC 3339. */
  @Get('subscriptions/:id/state')
  @Asks({ at: { type: 'string', format: 'date-time' } }, ['at'])
  @Needs('read')
  async asOf(
    @CurrentTenant() tenant: Tenant,
    @Param('id') id: string,
    @Query('at') at: unknown,
  ): Promise<SubscriptionView> {
    const atMs = typeof at === 'string' ? Date.parse(at) : NaN;
    if (Number.isNaN(atMs)) throw invalidQuery('at', 'must be a time (RFC 3339)');
    const events = (await this.stored(tenant, id)).filter((event) => Date.parse(event.at) <= atMs);
    const state = foldEvents(events, applySubscriptionEvent);
    if (!state) throw new AppError('not-found', 'It was not there yet.');
    return subscriptionView(state);
  }

  private async stored({ id: tenantId }: Tenant, id: string): Promise<Stored<SubscriptionEvent>[]> {
    const all = id.includes('\0') ? [] : await this.events.eventsOf<SubscriptionEvent>('subscription', id);
    const events = all.filter((event) => event.tenantId === tenantId);
    if (events.length === 0) throw new AppError('not-found', 'No such subscription.');
    return events;
  }
}

/** What happened to no tenant: operators, the operator's key. */
@Controller('v1/audit')
@UseGuards(AccessGuard)
export class InstallationAuditController {
  constructor(@Inject(AuditStore) private readonly audit: AuditStore) {}

  /** Newest first. */
  @Get()
  @Lists()
  @Needs('read', { tenant: 'none' })
  async list(@Query() query: Record<string, unknown>): Promise<List<AuditEntry>> {
    const page = readPage(query, 'number');
    return pageOf(await this.audit.page(null, page), page, placeOf, (entry) => entry);
  }

  /** All of it, oldest first, a JSON object a line. */
  @Get('export')
  @Needs('read', { tenant: 'none' })
  export(): StreamableFile {
    return exported(this.audit.all(null));
  }
}

function exported(entries: AsyncGenerator<AuditEntry>): StreamableFile {
  async function* lines(): AsyncGenerator<string> {
    for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
  }
  return new StreamableFile(Readable.from(lines()), {
    type: 'application/x-ndjson',
    disposition: 'attachment; filename="audit.ndjson"',
  });
}
