const undo: (() => void | Promise<void>)[] = [];

/**
 * Registers what a test opened. Closed in reverse order by `cleanUp`, which every spec calls in `afterEach`.
 */
export function onCleanUp(action: () => void | Promise<void>): void {
  undo.push(action);
}

export async function cleanUp(): Promise<void> {
  for (let action = undo.pop(); action; action = undo.pop()) await action();
}
