import { Inject, Injectable } from '@nestjs/common';
import { profileOf } from '@posthorn/domain';
import { AppError } from '@posthorn/runtime';
import { EventStore, type Author, type Reader, type Write, type Written } from '../aggregates/event.store.js';
import { foldEvents } from '../aggregates/stored-event.js';
import type { Precondition } from '../requests/precondition.js';
import type { Tenant } from '../tenants/tenant.js';
import {
  applyEventTypeEvent,
  eventTypeId,
  eventTypeRecord,
  type EventType,
  type EventTypeEvent,
  type EventTypeSettings,
} from './event-type.js';

const typesMax = 500;
type Row = { state: EventType };

/** The catalogue of a tenant's event types. */
@Injectable()
export class EventTypeService {
  constructor(@Inject(EventStore) private readonly events: EventStore) {}

  /** In order of name. */
  async list(tenantId: string, reader: Reader = this.events): Promise<EventType[]> {
    const rows = await reader.query<Row>(
      'SELECT state FROM event_types WHERE tenant_id = $1 ORDER BY name COLLATE "C"',
      [tenantId],
    );
    return rows.map(({ state }) => state);
  }

  async find(tenantId: string, name: string, reader: Reader = this.events): Promise<EventType | undefined> {
    if (name.includes('\0')) return undefined;
    const [row] = await reader.query<Row>(
      'SELECT state FROM event_types WHERE tenant_id = $1 AND name = $2',
      [tenantId, name],
    );
    return row?.state;
  }

  async set(
    tenant: Tenant,
    author: Author,
    name: string,
    settings: EventTypeSettings,
    precondition?: Precondition,
  ): Promise<Written<EventType>> {
    const { eventTypes: fixed } = profileOf(tenant.profile);
    if (fixed && !fixed.includes(name))
      throw new AppError('invalid', `The profile's types are ${fixed.join(', ')}.`);
    return this.events.write(tenant.id, author, async (write) => {
      const known = await this.list(tenant.id, write);
      const before = known.find((type) => type.name === name);
      precondition?.(before?.version ?? 0);
      if (known.length >= typesMax && !before)
        throw new AppError('limit-reached', `At most ${typesMax} event types.`);
      return this.append(write, tenant.id, name, { type: 'set', payload: { ...settings, name } });
    });
  }

  remove(
    tenant: Tenant,
    author: Author,
    name: string,
    precondition?: Precondition,
  ): Promise<Written<EventType>> {
    return this.events.write(tenant.id, author, async (write) => {
      const before = await this.find(tenant.id, name, write);
      if (!before) throw new AppError('not-found', 'No such event type.');
      precondition?.(before.version);
      return this.append(write, tenant.id, name, { type: 'removed', payload: {} });
    });
  }

  /** For the end of the tenant. */
  async removeAll(write: Write, tenantId: string): Promise<void> {
    for (const { name } of await this.list(tenantId, write))
      await this.append(write, tenantId, name, { type: 'removed', payload: {} });
  }

  private async append(
    write: Write,
    tenantId: string,
    name: string,
    event: EventTypeEvent,
  ): Promise<EventType> {
    const id = eventTypeId(tenantId, name);
    // One that was removed and is made again goes on counting: readers ignore versions they have.
    const before = await this.events.eventsOf<EventTypeEvent>('event-type', id);
    const place = { type: 'event-type', id, tenantId, after: before.length } as const;
    const state = foldEvents([...before, ...(await write.append(place, [event]))], applyEventTypeEvent)!;
    if (state.removed)
      await write.query('DELETE FROM event_types WHERE tenant_id = $1 AND name = $2', [tenantId, name]);
    else
      await write.query(
        `INSERT INTO event_types (tenant_id, name, state) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id, name) DO UPDATE SET state = excluded.state`,
        [tenantId, name, state],
      );
    await write.publish(place, eventTypeRecord(state));
    return state;
  }
}
