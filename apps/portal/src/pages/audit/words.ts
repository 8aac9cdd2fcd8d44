import { isText, type Translate } from '../../i18n/i18n';

/** What was done to what, in words where there are some; what is new to the portal keeps its name. */
export function aboutOf({ aggregate, type }: { aggregate: string; type: string }, t: Translate): string {
  const thing = `audit.thing.${aggregate}`;
  const done = `audit.did.${type}`;
  return `${isText(thing) ? t(thing) : aggregate}: ${isText(done) ? t(done) : type}`;
}

/** An id says what it is an id of; `system:<why>` is Posthorn itself. */
export function actorOf(actor: string, t: Translate): string {
  if (actor.startsWith('system:')) return `Posthorn (${actor.slice('system:'.length)})`;
  if (actor.startsWith('usr_')) return `${t('audit.byUser')} ${actor}`;
  if (actor.startsWith('lnk_')) return `${t('audit.byLink')} ${actor}`;
  return `${t('audit.byKey')} ${actor}`;
}
