import { Ended, end, endedBy } from './ending.mjs';
import { stopCommands } from './processes.mjs';
import { UserError } from './require.mjs';

/** What a shell reports for a program that ended by a signal. */
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Runs a tool: its result is the exit code, an expected problem is one line. The first signal ends commands
 * in
 * progress and lets the tool put things away; the second one ends at once.
 * @param {() => Promise<number>} work
 */
export async function main(work) {
  const signals = /** @type {(keyof typeof SIGNAL_CODES)[]} */ (Object.keys(SIGNAL_CODES));
  for (const signal of signals) {
    process.on(signal, () => {
      // npm passes on a Ctrl-C that the terminal has sent to the tool as well; that is one wish, not two.
      if (endedBy() && Date.now() - firstAt < SAME_WISH_MS) return;
      if (endedBy()) process.exit(SIGNAL_CODES[signal]);
      firstAt = Date.now();
      stopCommands(signal);
      end(signal);
    });
  }
  try {
    if (process.platform === 'win32')
      throw new UserError('Posthorn is set up on Linux and macOS; use WSL on Windows.');
    process.exitCode = await work();
  } catch (error) {
    process.exitCode = 1;
    if (!(error instanceof Ended) && !endedBy()) {
      console.error(error instanceof UserError ? `posthorn: ${error.message}` : error);
    }
  }
  const signal = endedBy();
  if (signal) process.exitCode = SIGNAL_CODES[/** @type {keyof typeof SIGNAL_CODES} */ (signal)];
}

const SAME_WISH_MS = 300;
let firstAt = 0;
