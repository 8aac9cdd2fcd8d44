import type { MigrationClass } from '@posthorn/runtime';
import { EventStore1764000000001 } from './1-event-store.js';

/** In order; one that has been released is never changed. */
export const migrations: MigrationClass[] = [EventStore1764000000001];
