import type { SubscriptionMessage, SubscriptionSnapshot } from '@posthorn/contracts';
import {
  ByType,
  type Filter,
  FilterHistory,
  foldMatching,
  type Matchable,
  type MatchingEntry,
  profileOf,
} from '@posthorn/domain';
import { storedExpression } from '@posthorn/runtime';
import { Erasures } from './erasures.js';

/** What the log keeps of a subscription: enough to match and to describe it, and no secret. */
export type SubscriptionView = Pick<
  SubscriptionSnapshot,
  'name' | 'kind' | 'url' | 'profile' | 'ordering' | 'status' | 'filter' | 'retryPolicy' | 'timeoutMs'
>;

export type Rule = {
  tenantId: string;
  id: string;
  version: number;
  view: SubscriptionView;
  matching: MatchingEntry[];
};

export type Match = { subscriptionIds: string[]; /** Set where nothing matched. */ reason: string | null };

type CompiledRule = Rule & { asked: FilterHistory };

const asksFor = ({ asked }: CompiledRule, type: string): boolean => asked.mayMatch(type);

/**
 * The subscriptions of one partition as matching needs them, folded out of control records (`events`) and
 * of the owner's own table (`subscriptions`). Both tell the same history, so they may come in any order and
 * any number of times: of two snapshots the higher version stays, and histories are joined.
 */
export class RuleBook {
  private readonly tenants = new Map<string, ByType<CompiledRule>>();

  constructor(
    /** Changes with every change of the stored book: two books of one revision are the same. */
    public revision: number,
    rules: readonly Rule[] = [],
    readonly erasures = new Erasures(),
  ) {
    for (const rule of rules) this.put(rule);
  }

  /** Who gets the event at `seq`, decided as the dispatcher decides it. */
  match(tenantId: string, event: Matchable, seq: number): Match {
    const rules = this.tenants.get(tenantId);
    if (!rules) return { subscriptionIds: [], reason: 'no subscription matched: the tenant has none' };
    const subscriptionIds: string[] = [];
    for (const rule of rules.of(event.type)) {
      if (!logsGone(rule) && rule.asked.matches(event, seq)) subscriptionIds.push(rule.id);
    }
    return { subscriptionIds, reason: subscriptionIds.length > 0 ? null : whyNot(rules.all(), event, seq) };
  }

  /** Whether one of them gets it; as decided for all at once. */
  matches(tenantId: string, id: string, event: Matchable, seq: number): boolean {
    const rule = this.rule(tenantId, id);
    return rule !== undefined && !logsGone(rule) && rule.asked.matches(event, seq);
  }

  /** Whether some subscription of the tenant asks for events of that type now. */
  asks(tenantId: string, type: string): boolean {
    for (const { asked } of this.tenants.get(tenantId)?.of(type) ?? [])
      if (asked.matches({ type, entity: null }, Infinity)) return true;
    return false;
  }

  /** Nothing of this subscription may be recorded any more. */
  isGone(tenantId: string, id: string): boolean {
    const rule = this.rule(tenantId, id);
    return rule !== undefined && logsGone(rule);
  }

  /**
   * A control record at `seq`. Undefined: nothing new. Entries that no event from `oldestSeq` on asks for
   * go. A new subscription may begin in the past: what it asks for counts from there on.
   */
  applyControl(
    snapshot: SubscriptionSnapshot,
    seq: number,
    oldestSeq: number,
    startSeq = seq,
  ): Rule | undefined {
    const known = this.rule(snapshot.tenantId, snapshot.id);
    if (known && known.version >= snapshot.version) return undefined;
    const from = known ? seq : Math.min(seq, startSeq);
    const matching = foldMatching(known?.matching ?? [], filterInForce(snapshot), from, oldestSeq);
    return this.put(ruleOf(snapshot, matching));
  }

  /** A row of the owner's table. Undefined: nothing new. */
  join({ snapshot, matching }: SubscriptionMessage): Rule | undefined {
    const known = this.rule(snapshot.tenantId, snapshot.id);
    if (!known) return this.put(ruleOf(snapshot, matching));
    const joined = joinMatching(known.matching, matching);
    if (known.version < snapshot.version) return this.put(ruleOf(snapshot, joined));
    if (joined.length === known.matching.length) return undefined;
    return this.put({ ...known, matching: joined });
  }

  /** The owner has forgotten a deleted subscription. */
  forget(tenantId: string, id: string): boolean {
    const rules = this.tenants.get(tenantId);
    if (rules?.get(id)?.view.status !== 'deleted') return false;
    rules.delete(id);
    if (rules.size === 0) this.tenants.delete(tenantId);
    return true;
  }

  private rule(tenantId: string, id: string): CompiledRule | undefined {
    return this.tenants.get(tenantId)?.get(id);
  }

  private put({ tenantId, id, version, view, matching }: Rule): Rule {
    const asked = new FilterHistory(matching, storedExpression);
    const rule = { tenantId, id, version, view, matching, asked };
    const rules = this.tenants.get(tenantId) ?? new ByType(asksFor);
    rules.set(id, rule);
    this.tenants.set(tenantId, rules);
    return rule;
  }
}

/** Deleted, and its platform says that the delivery logs go with it. */
export function logsGone({ view }: Pick<Rule, 'view'>): boolean {
  return view.status === 'deleted' && profileOf(view.profile).deletesLogs;
}

/** A paused subscription goes on collecting; a disabled one does not. */
function filterInForce({ status, filter }: SubscriptionSnapshot): Filter | null {
  return status === 'active' || status === 'paused' ? filter : null;
}

function ruleOf(snapshot: SubscriptionSnapshot, matching: readonly MatchingEntry[]): Rule {
  const { tenantId, id, version, name, kind, url, profile, ordering } = snapshot;
  const { status, filter, retryPolicy, timeoutMs } = snapshot;
  const kindOf = kind === undefined ? {} : { kind };
  return {
    tenantId,
    id,
    version,
    view: { name, ...kindOf, url, profile, ordering, status, filter, retryPolicy, timeoutMs },
    matching: [...matching],
  };
}

/**
 * Both are parts of one history, so entries of one place are equal and any order of joining ends the same.
 */
function joinMatching(one: readonly MatchingEntry[], other: readonly MatchingEntry[]): MatchingEntry[] {
  const known = new Set(one.map(({ sinceSeq }) => sinceSeq));
  const more = other.filter(({ sinceSeq }) => !known.has(sinceSeq));
  return [...one, ...more].sort((a, b) => a.sinceSeq - b.sinceSeq);
}

function whyNot(rules: Iterable<CompiledRule>, { type }: Matchable, seq: number): string {
  let asking = 0;
  let silent = 0;
  for (const rule of rules) {
    const entry = rule.matching.findLast(({ sinceSeq }) => sinceSeq <= seq);
    if (entry?.filter) asking++;
    else if (entry && rule.view.status !== 'deleted') silent++;
  }
  const parts = [
    ...(asking > 0 ? [`${asking === 1 ? 'one asks' : `${asking} ask`} for other events than ${type}`] : []),
    ...(silent > 0 ? [silent === 1 ? 'one is disabled' : `${silent} are disabled`] : []),
  ];
  return `no subscription matched: ${parts.join(', ') || 'the tenant had none'}`;
}
