import { isText, type Translate } from '../../i18n/texts';
import type { Names } from '../../lib/names-in';

type About = { aggregate: string; type: string; changes?: object };

/** What was done to what, in words where there are some; what is new to the portal keeps its name. */
export function aboutOf({ aggregate, type, changes }: About, t: Translate): string {
  const thing = `audit.thing.${aggregate}`;
  const { status } = (changes ?? {}) as { status?: unknown };
  const exactly = `audit.status.${String(status)}`;
  const done = type === 'status-changed' && isText(exactly) ? exactly : `audit.did.${type}`;
  return `${isText(thing) ? t(thing) : aggregate}: ${isText(done) ? t(done) : type}`;
}

/** What it was done to, by name; orders at the log by the webhook they are about. */
export function subjectOf({ aggregate, id, changes }: About & { id: string }, names: Names): string {
  const name = names.get(id);
  if (name !== undefined || aggregate === 'event-type') return name ?? id;
  const { subscriptionId } = (changes ?? {}) as { subscriptionId?: unknown };
  const webhook = names.get(String(subscriptionId));
  return webhook ?? (aggregate === 'delivery' ? id : '');
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
  return name ? `${t('audit.byKey')} “${name}”` : t('audit.byOtherKey');
}
