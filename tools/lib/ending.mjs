/** @type {NodeJS.Signals | undefined} */
let received;
/** @type {Set<() => void>} */
const listeners = new Set();

/** The signal by which the user asked the tool to end, if so. */
export const endedBy = () => received;

/** Waits check this, so that Ctrl-C is answered at once while something is set up. */
export function throwIfEnding() {
  if (received) throw new Ended();
}

export class Ended extends Error {}

/** Calls `listener` at the first signal. @param {() => void} listener @returns {() => void} takes it back */
export function onEnding(listener) {
  if (received) listener();
  else listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** @param {NodeJS.Signals} signal */
export function end(signal) {
  received = signal;
  for (const listener of [...listeners]) listener();
}
