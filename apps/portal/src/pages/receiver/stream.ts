import { useEffect, useState } from 'react';
import { nothingSeen, withNews, type Seen } from './received';
import { hookPath } from './receiver';

const againMs = 3_000;
const events = ['cleared', 'request', 'hook'] as const;

/** What comes to a hook, as it comes. A tab in the background listens to nothing. */
export function useHook(name: string): Seen {
  const [shown, show] = useState<Seen>(nothingSeen);
  useEffect(() => {
    let seen = nothingSeen;
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const close = () => {
      clearTimeout(timer);
      source?.close();
    };
    const open = () => {
      source = new EventSource(hookPath(name, '/stream'));
      for (const event of events)
        source.addEventListener(event, ({ data }: MessageEvent<string>) => {
          seen = withNews(seen, event, JSON.parse(data));
          // What is told together ends with it, and is shown together.
          if (event === 'hook') show(seen);
        });
      // A stream that was refused is not opened again by itself.
      source.onerror = () => {
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, againMs);
      };
    };
    const onVisibility = () => {
      close();
      if (document.visibilityState === 'visible') open();
    };
    show(seen);
    onVisibility();
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      close();
    };
  }, [name]);
  return shown;
}
