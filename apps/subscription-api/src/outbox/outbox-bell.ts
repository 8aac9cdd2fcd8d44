/** PostgreSQL notifications between instances. They are per database, so the service's name is in them. */
export const channels = {
  /** A write was committed. */
  appended: 'subscription_api_appended',
  /** Payload: comma-separated sequence numbers that Kafka has. */
  relayed: 'subscription_api_relayed',
} as const;

/**
 * Wakes the relay. A ring while nobody waits is kept, so that nothing is missed between looking and
 * waiting; ten rings are one.
 */
export class OutboxBell {
  private rung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** Resolves at a ring, at the latest after `timeoutMs`. One waiter at a time. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.rung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
      this.wake = undefined;
    }
    this.rung = false;
  }
}
