import { chance } from '../chaos/random.js';

/** What is published in one go; plain data, because it travels to a process of its own. */
export type Traffic = {
  /** `rate`: one HTTP request per event, at a fixed rate whatever became of those before. */
  way: 'kafka' | 'http' | 'rate';
  events: number;
  /** Events in an HTTP request. */
  batch: number;
  /** HTTP requests under way at once. */
  concurrency: number;
  perS: number;
  tenants: readonly string[];
  /** Few tenants get most events (s = 1) instead of all the same. */
  zipf: boolean;
  /** Of an event, about. */
  bytes: number;
  /** Stands in ids: no event of another run has the same one. */
  run: string;
  type: string;
};

const sentence = 'An event of ordinary size carries a few hundred bytes of what happened. ';
/** Ids, times and names. */
const besideNoteBytes = 212;
const notes = new Map<number, string>();

/** What fills an event up to its size. */
function noteOf(bytes: number): string {
  let note = notes.get(bytes);
  if (note === undefined) {
    const length = Math.max(0, bytes - besideNoteBytes);
    note = sentence.repeat(Math.ceil(length / sentence.length)).slice(0, length);
    notes.set(bytes, note);
  }
  return note;
}
const entities = 1_000;
const seed = 1;

/** Which tenant an event belongs to, by its number: the same one every time. */
export function tenantPicker({ tenants, zipf }: Pick<Traffic, 'tenants' | 'zipf'>): (n: number) => number {
  if (!zipf) return (n) => n % tenants.length;
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= tenants.length; rank++) sums.push((sum += 1 / rank));
  return (n) => {
    const wanted = chance(seed, n) * sum;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/**
 * The event as a publisher writes it. When it was due comes back with the delivery; it is a time of the
 * monotonic clock.
 */
export function eventText(
  { run, type, bytes }: Pick<Traffic, 'run' | 'type' | 'bytes'>,
  tenantId: string,
  n: number,
  dueMs: number,
): string {
  const timestamp = new Date().toISOString();
  return (
    `{"tenantId":"${tenantId}","type":"${type}","entity":{"name":"order","id":"o-${n % entities}"},` +
    `"timestamp":"${timestamp}","id":"${run}-${n}","data":{"n":${n},"t":${dueMs.toFixed(2)},"note":"${noteOf(bytes)}"}}`
  );
}
