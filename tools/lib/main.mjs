import { readFileSync } from 'node:fs';
import { Ended, end, endedBy } from './ending.mjs';
import { stopCommands } from './processes.mjs';
import { UserError } from './require.mjs';

/** What a shell reports for a program that ended by a signal. */
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** What the tool says of itself, for `--help`: the comment that its file begins with. @param {string} file */
export function usageOf(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n');
}

/**
 * An option that the tool does not know, or that lacks its value.
 * @param {unknown} error
 * @returns {error is TypeError}
 */
const isWrongOption = (error) =>
  error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');

/**
 * Runs a tool: its result is the exit code, an expected problem is one line. `--help` says what the tool is
 * for and does nothing. The first signal ends commands in progress and lets the tool put things away; the
 * second one ends at once.
 * @param {() => Promise<number>} work
 */
export async function main(work) {
  const [, file, ...args] = process.argv;
  if (args.includes('--help')) {
    console.log(usageOf(file));
    return;
  }
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
      if (isWrongOption(error)) console.error(`posthorn: ${error.message}\n\n${usageOf(file)}`);
      else console.error(error instanceof UserError ? `posthorn: ${error.message}` : error);
    }
  }
  const signal = endedBy();
  if (signal) process.exitCode = SIGNAL_CODES[/** @type {keyof typeof SIGNAL_CODES} */ (signal)];
}

const SAME_WISH_MS = 300;
let firstAt = 0;
