import { EntitySchema } from 'typeorm';

export type OutboxRow = {
  /** A bigint, which JavaScript's numbers cannot hold. */
  seq: string;
  webhook_id: string;
  tenant_id: string;
  type: string;
  timestamp: string;
  entity_name: string | null;
  entity_id: string | null;
  own_id: string | null;
  data: string | null;
  traceparent: string | null;
  tracestate: string | null;
  created_at: Date;
  refused_at: Date | null;
  refusal: string | null;
};

/**
 * Events on their way. Written with `addToOutbox` and emptied by `OutboxRelay`; the entity is there for
 * looking at them. The table is made by `PosthornOutbox1764000000000`.
 */
export const OutboxEvent = new EntitySchema<OutboxRow>({
  name: 'PosthornOutboxEvent',
  tableName: 'posthorn_outbox',
  columns: {
    seq: { type: 'bigint', primary: true, generated: 'increment' },
    webhook_id: { type: 'text' },
    tenant_id: { type: 'text' },
    type: { type: 'text' },
    timestamp: { type: 'text' },
    entity_name: { type: 'text', nullable: true },
    entity_id: { type: 'text', nullable: true },
    own_id: { type: 'text', nullable: true },
    data: { type: 'text', nullable: true },
    traceparent: { type: 'text', nullable: true },
    tracestate: { type: 'text', nullable: true },
    created_at: { type: 'timestamptz', default: () => 'now()' },
    refused_at: { type: 'timestamptz', nullable: true },
    refusal: { type: 'text', nullable: true },
  },
  indices: [{ name: 'posthorn_outbox_pending', columns: ['seq'], where: 'refused_at IS NULL' }],
});
