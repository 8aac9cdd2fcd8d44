/** Something documented was not observed. Its message ends up in the summary. */
export class Missing extends Error {}

/**
 * What the demo prints, and what it has seen of what it promised.
 * @param {{ write?: (text: string) => void }} [options]
 */
export function createReport({ write = (text) => void process.stdout.write(text) } = {}) {
  /** @type {string[]} */
  const missing = [];
  let seen = 0;
  const say = (/** @type {string} */ line = '') => write(`${line}\n`);
  return {
    missing,
    say,
    get seen() {
      return seen;
    },
    title: (/** @type {string} */ text) => say(`\n── ${text}`),

    /** One line per promise; a broken one is remembered, and the demo goes on. */
    check(/** @type {unknown} */ ok, /** @type {string} */ what) {
      say(`  ${ok ? '✓' : '✗'} ${what}`);
      if (ok) seen++;
      else missing.push(what);
    },

    /** A story that cannot go on is one thing that is missing; the next one is told all the same. */
    async story(/** @type {string} */ title, /** @type {() => Promise<void>} */ tell) {
      say(`\n── ${title}`);
      try {
        await tell();
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
        say(`  ✗ ${error.message}`);
        missing.push(error.message);
      }
    },
  };
}

/** @typedef {ReturnType<typeof createReport>} Report */

/**
 * Rows under a head, each column as wide as its widest cell.
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function table(head, rows) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (/** @type {string[]} */ cells) =>
    `  ${cells.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

/** @param {number} ms */
export const inMs = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
/** @param {number} ms */
export const inS = (ms) => `${(ms / 1000).toFixed(2)} s`;

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
