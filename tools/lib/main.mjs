import { stopCommands } from './processes.mjs';
import { UserError } from './require.mjs';

/** What the shell gives a program that ends by a signal. */
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** @type {NodeJS.Signals | undefined} */
let received;
const waiting = new AbortController();

/** Aborts when the user asks the tool to end. */
export const ending = waiting.signal;

/** @returns {NodeJS.Signals | undefined} */
export const endedBy = () => received;

/**
 * Runs a tool: its result is the exit code, an expected problem is one line. The first signal ends commands in
 * progress and lets the tool put things away; the second one ends at once.
 * @param {() => Promise<number>} work
 */
export async function main(work) {
  for (const signal of /** @type {(keyof typeof SIGNAL_CODES)[]} */ (Object.keys(SIGNAL_CODES))) {
    process.on(signal, () => {
      if (received) process.exit(SIGNAL_CODES[signal]);
      received = signal;
      stopCommands(signal);
      waiting.abort();
    });
  }
  try {
    const code = await work();
    process.exitCode = received && code === 0 ? SIGNAL_CODES[/** @type {'SIGINT'} */ (received)] : code;
  } catch (error) {
    process.exitCode = received ? SIGNAL_CODES[/** @type {'SIGINT'} */ (received)] : 1;
    if (received) return;
    console.error(error instanceof UserError ? `posthorn: ${error.message}` : error);
  }
}
