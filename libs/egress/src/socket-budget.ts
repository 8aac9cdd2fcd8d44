import { type Connection } from './connection.js';
import { Link } from './links.js';
import { type OriginPool } from './origin-pool.js';

/**
 * The sockets of all origins together. At the limit the connection that has been idle longest makes room,
 * whoever it belongs to; where none is idle, origins wait in turn for one that is given back.
 */
export class SocketBudget {
  /** Head of the idle connections of all origins, longest idle first. */
  private readonly idle = new Link();
  private readonly starved = new Set<OriginPool>();
  private open = 0;

  constructor(private readonly maxSockets: number) {}

  get inUse(): number {
    return this.open;
  }

  take(pool: OriginPool): boolean {
    if (this.open >= this.maxSockets && this.idle.linked) (this.idle.next as Connection).close();
    if (this.open >= this.maxSockets) {
      this.starved.add(pool);
      return false;
    }
    this.open += 1;
    return true;
  }

  /** Nobody of its own origin waits for it. */
  idled(connection: Connection): void {
    this.idle.append(connection);
    if (this.starved.size > 0) (this.idle.next as Connection).close();
  }

  giveBack(): void {
    this.open -= 1;
    for (const longest of this.starved) {
      if (this.open >= this.maxSockets) return;
      this.starved.delete(longest);
      longest.pump();
    }
  }
}
