import { startNameServer as start, type NameServer, type Zone } from '@posthorn/testing';
import { onCleanUp } from './cleanup.js';

export type { NameServer, Zone };

/** Closed with everything else that the test opened. */
export async function startNameServer(zone: Zone): Promise<NameServer> {
  const server = await start(zone);
  onCleanUp(() => server.close());
  return server;
}
