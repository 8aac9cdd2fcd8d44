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

/** Who it was, by name where one is known; else what the id tells. `system:<why>` is Posthorn itself. */
export function actorOf(actor: string, names: Names, t: Translate): string {
  if (actor.startsWith('system:')) return 'Posthorn';
  if (actor.startsWith('lnk_')) return t('audit.byLink');
  const name = names.get(actor);
  if (actor.startsWith('usr_')) return name ?? t('audit.byOther');
  return name ? `${t('audit.byKey')} “${name}”` : t('audit.byOtherKey');
}
