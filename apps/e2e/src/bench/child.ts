import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What the child says next. @throws Error where it ends instead, or says nothing in time */
export async function nextMessage<T>(child: ChildProcess, withinMs = 60_000): Promise<T> {
  const gone = new AbortController();
  const end = (): void => gone.abort();
  child.once('exit', end);
  try {
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(withinMs)]);
    const [message] = (await once(child, 'message', { signal })) as [T];
    return message;
  } catch (error) {
    const why = gone.signal.aborted ? 'ended' : 'said nothing in time';
    throw new Error(`a process of the bench ${why}`, { cause: error });
  } finally {
    child.off('exit', end);
  }
}
