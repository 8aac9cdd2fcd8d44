import { translatorOf } from '../../i18n/texts';
import { aboutOf, actorOf } from './words';

const names = new Map([
  ['usr_1', 'Kim'],
  ['key_1', 'shop'],
]);

it.each([
  ['usr_1', 'Kim'],
  ['usr_2', 'Operator or former user'],
  ['key_1', 'API key “shop”'],
  ['key_2', 'Operator’s or former API key'],
  ['lnk_1', 'Visitor with a one-time link'],
  ['system:start', 'Posthorn'],
])('calls %s: %s', (actor, text) => {
  expect(actorOf(actor, names, translatorOf('en'))).toBe(text);
});

it.each([
  ['status-changed', { status: 'paused' }, 'Webhook: paused'],
  ['status-changed', { status: 'active' }, 'Webhook: activated'],
  ['status-changed', { status: 'of tomorrow' }, 'Webhook: status changed'],
  ['created', { status: 'paused' }, 'Webhook: created'],
])('says of %s %j: %s', (type, changes, text) => {
  expect(aboutOf({ aggregate: 'subscription', type, changes }, translatorOf('en'))).toBe(text);
});
