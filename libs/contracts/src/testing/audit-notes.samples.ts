import type { AuditNote } from '../index.js';

/** What `samples/audit-notes.v1.*.bin` say. */
export const auditNotes: AuditNote[] = [
  {
    id: 'rpl_aaaqeayeaudaocajbifqydiob4/created',
    tenantId: 'vendor-17',
    kind: 'replay.created',
    subjectId: 'rpl_aaaqeayeaudaocajbifqydiob4',
    actor: 'usr_aaaqeayeaudaocajbifqydiob4',
    origin: '203.0.113.7',
    details: { kind: 'range', subscriptionId: 'sub_1', from: null, to: '2026-04-15T10:00:00.000Z' },
    at: 1776247201300,
  },
  {
    id: 'cmd_aaaqeayeaudaocajbifqydiob4',
    tenantId: 'vendor-17',
    kind: 'delivery.retried',
    subjectId: 'dlv_aaaqeayeaudaocajbifqydiob4',
    actor: 'key_aaaqeayeaudaocajbifqydiob4',
    origin: null,
    details: { subscriptionId: 'sub_1', attempt: 4 },
    at: 1776247201300,
  },
];
