import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { newId } from '@posthorn/domain';
import { AppError, Database, markClaim } from '@posthorn/runtime';
import { fillAuditOutbox, type OrderedBy } from './audit-notes.js';
import type { ErasureOrder, ErasureView } from './erasure-order.js';
import { storable, storableOrNull } from './sql-values.js';

type Row = {
  id: string;
  kind: ErasureOrder['kind'];
  subscription_id: string | null;
  entity_name: string | null;
  entity_id: string | null;
  accepted_before: Date;
  status: string;
  removed: string;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
};

const openMax = 20;
const shownMax = 200;

/** Orders to erase, and how far they are. */
@Injectable()
export class ErasureOrderStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** @throws AppError `limit-reached` */
  async create(tenantId: string, order: ErasureOrder, by: OrderedBy): Promise<ErasureView> {
    const subscriptionId = order.kind === 'subscription' ? order.subscriptionId : null;
    const entity = order.kind === 'entity' ? order.entity : undefined;
    const row = await this.database.transaction(async (tx) => {
      const [made] = await tx.query<Row | undefined>(
        `INSERT INTO erasures (id, tenant_id, kind, subscription_id, entity_name, entity_id, accepted_before, status, created_at)
       SELECT $1, $2, $3, $4, $5, $6, now(), 'queued', now()
        WHERE (SELECT count(*) FROM erasures WHERE tenant_id = $2 AND status <> 'done') < ${openMax}
       RETURNING *`,
        [
          ...[newId('ers', randomBytes(17)), storable(tenantId), order.kind, storableOrNull(subscriptionId)],
          ...[storableOrNull(entity?.name), storableOrNull(entity?.id)],
        ],
      );
      if (!made) return undefined;
      await fillAuditOutbox(tx, by, {
        ...{ id: `${made.id}/created`, tenantId, kind: 'erasure.created', subjectId: made.id },
        // Not the entity's id, which is to be forgotten.
        details: { kind: order.kind, subscriptionId, entityName: entity?.name ?? null },
      });
      await markClaim(tx);
      return made;
    });
    if (row) return viewOf(row);
    throw new AppError('limit-reached', `At most ${openMax} erasures of a tenant are open at a time.`);
  }

  async find(tenantId: string, id: string): Promise<ErasureView | undefined> {
    const [row] = await this.database.query<Row>('SELECT * FROM erasures WHERE tenant_id = $1 AND id = $2', [
      ...[storable(tenantId), storable(id)],
    ]);
    return row && viewOf(row);
  }

  /** The newest ones. */
  async list(tenantId: string): Promise<ErasureView[]> {
    const rows = await this.database.query<Row>(
      `SELECT * FROM erasures WHERE tenant_id = $1 ORDER BY created_at DESC, id LIMIT ${shownMax}`,
      [storable(tenantId)],
    );
    return rows.map(viewOf);
  }
}

function viewOf(row: Row): ErasureView {
  return {
    id: row.id,
    status: row.status,
    kind: row.kind,
    subscriptionId: row.subscription_id,
    entity: row.entity_name === null ? null : { name: row.entity_name, id: row.entity_id ?? '' },
    acceptedBefore: row.accepted_before.toISOString(),
    removed: Number(row.removed),
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}
