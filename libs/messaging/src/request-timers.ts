import { createRequire } from 'node:module';

/** Of kafkajs's queue of one connection's requests, what its timers need. */
export type RequestQueue = {
  inflight: Map<number, { sentAt: number; requestTimeout: number; timeoutRequest(): void }>;
  pending: unknown[];
  enforceRequestTimeout: boolean;
  isConnected(): boolean;
  scheduleRequestTimeoutCheck(): void;
  scheduleCheckPendingRequests(): void;
  destroy(): void;
};

const kafkajs = createRequire(import.meta.url);
const { prototype } = kafkajs('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };

/** Timeouts are seconds; one is noticed this much late. */
const lookMs = 500;

const watched = new Set<RequestQueue>();
let timer: NodeJS.Timeout | undefined;
let isInstalled = false;

/**
 * kafkajs wakes up ten times a second for every connection to look for requests that take too long, and once
 * after every answer for requests that wait although none do. With a writer for every partition that is
 * most of what an idle dispatcher does: here one timer looks after all of them.
 */
export function shareRequestTimers(): void {
  if (isInstalled) return;
  isInstalled = true;
  const { destroy, scheduleCheckPendingRequests } = prototype;
  prototype.scheduleRequestTimeoutCheck = function (this: RequestQueue) {
    if (!this.enforceRequestTimeout) return;
    watched.add(this);
    timer ??= setInterval(look, lookMs);
  };
  prototype.destroy = function (this: RequestQueue) {
    watched.delete(this);
    if (watched.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    destroy.call(this);
  };
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
  };
}

function look(): void {
  const nowMs = Date.now();
  for (const queue of watched) {
    for (const request of queue.inflight.values()) {
      if (nowMs - request.sentAt > request.requestTimeout) request.timeoutRequest();
    }
    // kafkajs waits for what is under way before it closes: that has to end, too.
    if (!queue.isConnected() && queue.inflight.size + queue.pending.length === 0) queue.destroy();
  }
}
