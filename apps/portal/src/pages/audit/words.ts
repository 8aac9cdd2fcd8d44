import { isText, type Translate } from '../../i18n/texts';
import type { Called, Names } from '../../lib/names-in';

type AboutId = { aggregate: string; id: string; changes: object };
type About = { aggregate: string; type: string; changes?: object };

/** What was done to what, in words where there are some; what is new to the portal keeps its name. */
export function aboutOf({ aggregate, type, changes }: About, t: Translate): string {
  const thing = `audit.thing.${aggregate}`;
  const { status } = (changes ?? {}) as { status?: unknown };
  const exactly = `audit.status.${String(status)}`;
  const done = type === 'status-changed' && isText(exactly) ? exactly : `audit.did.${type}`;
  return `${isText(thing) ? t(thing) : aggregate}: ${isText(done) ? t(done) : type}`;
}

/** The id of what an entry is about by name: orders at the log are about a webhook. */
export function aboutId({ aggregate, id, changes }: AboutId): string {
  const { subscriptionId } = changes as { subscriptionId?: unknown };
  const isOrder = ['replay', 'erasure', 'delivery'].includes(aggregate);
  return isOrder && typeof subscriptionId === 'string' ? subscriptionId : id;
}

/** What it was done to, by the name it had then; of a new name the old one, too. */
export function subjectOf({ aggregate, id }: { aggregate: string; id: string }, called: Called): string {
  const { name, before } = called;
  if (name !== undefined) return before === undefined ? name : `${before} → ${name}`;
  return aggregate === 'delivery' || aggregate === 'event-type' ? id : '';
}

/** Where to look at what was ordered at the log. */
export function placeOf({ aggregate, id }: { aggregate: string; id: string }): string | undefined {
  if (aggregate === 'delivery') return `deliveries/${encodeURIComponent(id)}`;
  return aggregate === 'replay' ? 'replays' : undefined;
}

/** Who it was, by name where one is known; else what the id tells. `system:<why>` is Posthorn itself. */
export function actorOf(actor: string, names: Names, t: Translate): string {
  if (actor.startsWith('system:')) return 'Posthorn';
  if (actor.startsWith('lnk_')) return t('audit.byLink');
  const name = names.get(actor);
  if (actor.startsWith('usr_')) return name ?? t('audit.byOther');
  return name ? t('audit.byKey', { name }) : t('audit.byOtherKey');
}
