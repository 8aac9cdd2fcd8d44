/**
 * @typedef {object} Step
 * @property {(what: string) => void} doing  says that real work started, once, so that nobody waits before
 * a silent screen
 *
 * @typedef {object} Steps
 * @property {<T>(name: string, work: (step: Step) => Promise<T>, done?: (result: T) => string | undefined)
 * => Promise<T>} run
 * @property {(line: string) => void} say
 */

/**
 * One line per step with its duration. Lines are only ever added, so that two steps at once, a pipe and a
 * CI log all stay readable.
 * @param {{ write?: (text: string) => void, quiet?: boolean }} [options]
 * @returns {Steps}
 */
export function createSteps({ write = (text) => process.stdout.write(text), quiet = false } = {}) {
  const line = (/** @type {string} */ text) => quiet || write(`${text}\n`);
  return {
    say: (text) => void line(text),
    async run(name, work, done) {
      const began = performance.now();
      const title = name.padEnd(11);
      let announced = false;
      const doing = (/** @type {string} */ what) => {
        if (!announced) line(`  … ${title} ${what}`);
        announced = true;
      };
      try {
        const result = await work({ doing });
        line(`  ✓ ${title} ${done?.(result) ?? 'ready'}  ${seconds(performance.now() - began)}`);
        return result;
      } catch (error) {
        line(`  ✗ ${title} ${seconds(performance.now() - began)}`);
        throw error;
      }
    },
  };
}

/** @param {number} ms */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
