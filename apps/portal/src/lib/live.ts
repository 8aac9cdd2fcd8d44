import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { addressOf } from '../api/client';
import { LogRefresher } from './log-refresher';

const pollMs = 2_000;
const pollWhileStreamingMs = 10_000;

/**
 * Keeps what was read of a tenant's log fresh: by its stream where there is one, else by asking again.
 * @returns how often a query should ask again by itself
 */
export function useLive(tenantId: string, subscriptionId?: string): number {
  const client = useQueryClient();
  const [isStreaming, setStreaming] = useState(false);
  useEffect(() => {
    let source: EventSource | undefined;
    const refresher = new LogRefresher(client, tenantId);
    const reload = () => refresher.tell();
    const open = () => {
      source = new EventSource(addressOf('/v1/tenants/{tenantId}/stream', { tenantId }, { subscriptionId }));
      source.onopen = () => setStreaming(true);
      source.onerror = () => setStreaming(false);
      source.addEventListener('attempt', reload);
      source.addEventListener('delivery', reload);
    };
    const close = () => {
      source?.close();
      source = undefined;
      setStreaming(false);
    };
    // A browser has six connections to an address for all its tabs: hidden ones give theirs back.
    const onVisibility = () => {
      close();
      if (document.visibilityState === 'visible') open();
    };
    onVisibility();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      close();
      refresher.close();
    };
  }, [client, tenantId, subscriptionId]);
  return isStreaming ? pollWhileStreamingMs : pollMs;
}
