import { isOperationalType } from './operational.js';

/** `expression`: a condition beside types or entities; what language it is in is not decided here. */
export type Filter = ({ types: string[] } | { entities: { name: string; changes: string[] }[] }) & {
  expression?: string;
};

/** What a filter looks at. `data` is JSON as it was published; it is absent where nobody has it. */
export type Matchable = {
  type: string;
  entity: { name: string; id: string } | null;
  data?: Uint8Array;
};

/** Makes a condition of its text; one that cannot be decided for an event is false for it. */
export type CompileExpression = (text: string) => CompiledFilter;

export type CompiledFilter = (event: Matchable) => boolean;

/** The filter in force from `sinceSeq` on; null matches nothing. Entries are in order of `sinceSeq`. */
export type MatchingEntry = { sinceSeq: number; filter: Filter | null };

/** A subscription's record has to fit into one of Kafka's. */
const historyMax = 64;
const historyBytesMax = 128 * 1024;

const never: CompiledFilter = () => false;

/**
 * Whether a filter asks for any operational events: it names such a type, or a pattern whose first segment
 * is `posthorn`.
 */
export function asksForOperational(filter: Filter): boolean {
  return 'types' in filter && filter.types.some(isOperationalType);
}

/**
 * `*` stands for one segment of a dotted type, or — as the last one — for one or more; alone it matches
 * every type. Operational types only match where the first segment says so itself: who asks for everything
 * means the publishers' events.
 * Entity filters look at the domain model's name and the change, the type's last segment (BRZ 365).
 */
export function compileFilter(
  filter: Filter | null,
  compileExpression: CompileExpression = () => never,
): CompiledFilter {
  if (!filter) return never;
  const asked = compileAsked(filter);
  if (filter.expression === undefined) return asked;
  const holds = compileExpression(filter.expression);
  return (event) => asked(event) && holds(event);
}

function compileAsked(filter: Filter): CompiledFilter {
  if ('entities' in filter) return compileEntities(filter.entities);
  const exact = new Set<string>();
  const patterns: string[][] = [];
  const operational: string[][] = [];
  let everything = false;
  for (const type of filter.types) {
    if (type === '*') everything = true;
    else if (!type.includes('*')) exact.add(type);
    else (isOperationalType(type) ? operational : patterns).push(type.split('.'));
  }
  if (patterns.length === 0 && operational.length === 0 && !everything) return ({ type }) => exact.has(type);
  return ({ type }) => {
    if (exact.has(type)) return true;
    if (isOperationalType(type)) return matchesAny(operational, type);
    return everything || matchesAny(patterns, type);
  };
}

function compileEntities(entities: { name: string; changes: string[] }[]): CompiledFilter {
  const types = new Map<string, Set<string>>();
  for (const { name, changes } of entities) {
    const known = types.get(name) ?? new Set<string>();
    for (const change of changes) known.add(change);
    types.set(name, known);
  }
  return ({ type, entity }) => {
    if (!entity || isOperationalType(type)) return false;
    const change = type.slice(type.lastIndexOf('.') + 1);
    return allows(types.get(entity.name), change) || allows(types.get('*'), change);
  };
}

function allows(changes: ReadonlySet<string> | undefined, change: string): boolean {
  return changes !== undefined && (changes.has(change) || changes.has('*'));
}

function matchesAny(patterns: readonly string[][], type: string): boolean {
  if (patterns.length === 0) return false;
  const segments = type.split('.');
  return patterns.some((pattern) => matchesPattern(pattern, segments));
}

function matchesPattern(pattern: readonly string[], segments: readonly string[]): boolean {
  const last = pattern.length - 1;
  const openEnded = pattern[last] === '*' && segments.length >= pattern.length;
  if (!openEnded && segments.length !== pattern.length) return false;
  for (let i = 0; i <= last; i++) {
    if (pattern[i] !== '*' && pattern[i] !== segments[i]) return false;
  }
  return true;
}

/** What a subscription has asked for, each from its place on; compiled once. */
export class FilterHistory {
  private readonly filters: readonly CompiledFilter[];

  constructor(
    readonly entries: readonly MatchingEntry[],
    compileExpression?: CompileExpression,
  ) {
    this.filters = entries.map(({ filter }) => compileFilter(filter, compileExpression));
  }

  /**
   * Decided by the entry in force at the event's seq: what waits or is replayed is decided as the first
   * time.
   */
  matches(event: Matchable, seq: number): boolean {
    const { entries } = this;
    for (let i = entries.length - 1; i >= 0; i--) {
      if (entries[i].sinceSeq <= seq) return this.filters[i](event);
    }
    return false;
  }

  /** Whether any of them may match events of this type: false only where none can. */
  mayMatch(type: string): boolean {
    return this.entries.some(({ filter }, i) => {
      if (!filter) return false;
      const looksAtTypesAlone = 'types' in filter && filter.expression === undefined;
      return !looksAtTypesAlone || this.filters[i]({ type, entity: null });
    });
  }
}

/** The entry in force at `seq`: an event that waits or is replayed is decided as it was the first time. */
export function entryAt(matching: readonly MatchingEntry[], seq: number): MatchingEntry | undefined {
  for (let i = matching.length - 1; i >= 0; i--) {
    if (matching[i].sinceSeq <= seq) return matching[i];
  }
  return undefined;
}

/**
 * The history after a snapshot at `seq`: a new entry only where the filter really changed. Entries that no
 * event can
 * still ask for (a later entry is in force from `oldestSeq` on) are dropped.
 */
export function foldMatching(
  matching: readonly MatchingEntry[],
  filter: Filter | null,
  seq: number,
  oldestSeq: number,
): MatchingEntry[] {
  const last = matching.at(-1);
  const next =
    last && JSON.stringify(last.filter) === JSON.stringify(filter)
      ? [...matching]
      : [...matching, { sinceSeq: seq, filter }];
  while (next.length > 1 && next[1].sinceSeq <= oldestSeq) next.shift();
  // Whoever changes a filter this often while events wait has the oldest of them decided by a later filter.
  while (next.length > 1 && (next.length > historyMax || sizeOf(next) > historyBytesMax)) {
    const [{ sinceSeq }] = next.splice(0, 1);
    next[0] = { ...next[0], sinceSeq };
  }
  return next;
}

function sizeOf(entries: readonly MatchingEntry[]): number {
  return Buffer.byteLength(JSON.stringify(entries));
}
