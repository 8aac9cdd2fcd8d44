import type { MigrationClass } from '@posthorn/runtime';
import { EventStore1764000000001 } from './1-event-store.js';
import { OperationalEvents1764000000002 } from './2-operational-events.js';
import { Requests1764000000003 } from './3-requests.js';
import { Users1764000000004 } from './4-users.js';
import { PortalLinks1764000000005 } from './5-portal-links.js';
import { AuditNotes1764000000006 } from './6-audit-notes.js';
import { DeletedTenants1764000000007 } from './7-deleted-tenants.js';
import { EndedSessions1764000000008 } from './8-ended-sessions.js';

/** In order; one that has been released is never changed. */
export const migrations: MigrationClass[] = [
  EventStore1764000000001,
  OperationalEvents1764000000002,
  Requests1764000000003,
  Users1764000000004,
  PortalLinks1764000000005,
  AuditNotes1764000000006,
  DeletedTenants1764000000007,
  EndedSessions1764000000008,
];
