import { CreateProjections1764000000000 } from './1-create-projections.js';
import { OrdersAndOperationalEvents1764000000003 } from './2-orders-and-operational-events.js';
import { DayPartitions1764000000010 } from './3-day-partitions.js';
import { RepeatedRequests1764000000020 } from './20-repeated-requests.js';
import { ErasuresGoOn1764000000030 } from './4-erasures-go-on.js';
import { Replays1764000000100 } from './100-replays.js';
import { ReplaysRest1764000000101 } from './101-replays-rest.js';
import { DeltasByTenant1764000000102 } from './102-deltas-by-tenant.js';
import { BegunInThePast1764000000103 } from './103-begun-in-the-past.js';
import { AuditOutbox1764000000104 } from './104-audit-outbox.js';
import { ForgetOutbox1764000000105 } from './105-forget-outbox.js';

/** In order; a migration that was released is never changed. */
export const migrations = [
  CreateProjections1764000000000,
  OrdersAndOperationalEvents1764000000003,
  DayPartitions1764000000010,
  RepeatedRequests1764000000020,
  ErasuresGoOn1764000000030,
  Replays1764000000100,
  ReplaysRest1764000000101,
  DeltasByTenant1764000000102,
  BegunInThePast1764000000103,
  AuditOutbox1764000000104,
  ForgetOutbox1764000000105,
];
