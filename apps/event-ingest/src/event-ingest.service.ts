import { Injectable } from '@nestjs/common';
import { encodeEvent, eventsTopic } from '@posthorn/contracts';
import { type KeyHolder, profileOf, type Tenant } from '@posthorn/domain';
import { type OutRecord, partitionFor } from '@posthorn/messaging';
import { AckWait, unavailable } from './ack-wait.js';
import { DirectoryClient } from './directory.client.js';
import { type Checked, type Draft, draftId, type Places } from './draft.js';
import { EventLog } from './event-log.client.js';
import { type HttpBody, publicationOf } from './http-events.js';
import { IngestSpans } from './ingest-spans.js';
import { IngestMetrics } from './metrics.js';
import { type Refusal, refusalError } from './refusal.js';
import { codeOf } from './rejection.js';

export type Accepted = { accepted: { id: string }[] };

/** What becomes of one event: a record for `events`, or why not. */
export type Verdict = { kind: 'event'; id: string; record: OutRecord } | Refusal;

type Trace = Record<string, string>;

const plainPlaces: Places = { tenantId: '/tenantId', type: '/type', entity: '/entity' };

/**
 * The front door's use case: whoever may publish, hands over what its tenant takes, and hears of it only
 * after Kafka has it. No state of its own: a request that fails in the middle is repeated under the same ids.
 */
@Injectable()
export class EventIngestService {
  constructor(
    private readonly directory: DirectoryClient,
    private readonly log: EventLog,
    private readonly acks: AckWait,
    readonly metrics: IngestMetrics,
    readonly spans: IngestSpans,
  ) {}

  /** All events of a request or none. @param trace as it was admitted @throws AppError */
  async publish(holder: KeyHolder, request: HttpBody, trace: Trace = {}): Promise<Accepted> {
    const { batch, members } = publicationOf(request);
    await this.knowTenants(holder, members);
    const acceptedAt = Date.now();
    const verdicts = members.map((checked) => this.judge(checked, acceptedAt, trace, holder));
    const refusals = verdicts.map((verdict) => (verdict.kind === 'event' ? undefined : verdict));
    if (refusals.some((refusal) => refusal)) {
      for (const refusal of refusals) if (refusal) this.metrics.refused('http', codeOf(refusal));
      throw refusalError(refusals, batch);
    }
    return this.write(verdicts as Extract<Verdict, { kind: 'event' }>[]);
  }

  /** @param holder of the key it came with; none for what comes through Kafka */
  judge(checked: Checked, acceptedAt: number, trace: Trace, holder?: KeyHolder): Verdict {
    if (checked.kind !== 'draft') return checked;
    const { draft } = checked;
    const tenant = this.tenantFor(draft, holder);
    const places = checked.places ?? plainPlaces;
    if (!tenant) return { kind: 'unknown-tenant', pointer: places.tenantId };
    const reason = profileOf(tenant.profile).refuses(draft);
    if (reason !== undefined) {
      const pointer = reason.startsWith('entity') ? places.entity : places.type;
      return { kind: 'faulty', faults: [{ pointer, detail: reason }] };
    }
    const faults = this.directory.payloadFaults(draft);
    if (faults) return { kind: 'faulty', faults };
    const id = draftId(draft);
    return { kind: 'event', id, record: this.recordOf(id, draft, acceptedAt, trace) };
  }

  private tenantFor({ tenantId }: Draft, holder: KeyHolder | undefined): Tenant | undefined {
    if (holder && holder.tenantId !== null && holder.tenantId !== tenantId) return undefined;
    return this.directory.tenant(tenantId);
  }

  /** A tenant may be younger than what we have read of the directory. */
  private async knowTenants(holder: KeyHolder, members: readonly Checked[]): Promise<void> {
    const isMissing = (checked: Checked) =>
      checked.kind === 'draft' &&
      (holder.tenantId ?? checked.draft.tenantId) === checked.draft.tenantId &&
      !this.directory.tenant(checked.draft.tenantId);
    if (!members.some(isMissing)) return;
    if (!(await this.directory.readToEnd())) throw unavailable('the directory of tenants cannot be read');
  }

  private recordOf(id: string, draft: Draft, acceptedAt: number, trace: Trace): OutRecord {
    const { tenantId, type, entity, timestamp, source, data } = draft;
    const value = encodeEvent({
      kind: 'event',
      id,
      tenantId,
      type,
      entity,
      timestamp,
      acceptedAt,
      ...(source === undefined ? {} : { source }),
      data,
    });
    const partition = partitionFor(tenantId, this.log.partitions);
    const record = { topic: eventsTopic.name, partition, key: tenantId, value, headers: trace };
    return this.spans.begin(record, { id, type, tenantId });
  }

  private async write(verdicts: readonly { id: string; record: OutRecord }[]): Promise<Accepted> {
    await this.acks.acknowledged(verdicts.length, (done) =>
      this.log.offerAll(
        verdicts.map(({ record }) => Object.assign(record, { done: this.spans.ending(record, done) })),
      ),
    );
    this.metrics.took('http', verdicts.length);
    return { accepted: verdicts.map(({ id }) => ({ id })) };
  }
}
