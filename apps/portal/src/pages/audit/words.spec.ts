import { translatorOf } from '../../i18n/texts';
import { aboutId, aboutOf, actorOf, placeOf, subjectOf } from './words';

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

it('quotes the names of keys as the language does', () => {
  expect(actorOf('key_1', names, translatorOf('de'))).toBe('API-Schlüssel „shop“');
});

it.each([
  ['status-changed', { status: 'paused' }, 'Webhook: paused'],
  ['status-changed', { status: 'active' }, 'Webhook: activated'],
  ['status-changed', { status: 'of tomorrow' }, 'Webhook: status changed'],
  ['created', { status: 'paused' }, 'Webhook: created'],
])('says of %s %j: %s', (type, changes, text) => {
  expect(aboutOf({ aggregate: 'subscription', type, changes }, translatorOf('en'))).toBe(text);
});

it.each([
  ['replay', 'created', 'Replay: created', 'Nachlieferung: angelegt'],
  ['replay', 'cancelled', 'Replay: cancelled', 'Nachlieferung: abgebrochen'],
  ['erasure', 'created', 'Erasure: created', 'Löschung: angelegt'],
  ['delivery', 'retried', 'Delivery: retry requested', 'Zustellung: Versuch verlangt'],
])('says of what was ordered at the log, %s %s: %s', (aggregate, type, english, german) => {
  expect(aboutOf({ aggregate, type }, translatorOf('en'))).toBe(english);
  expect(aboutOf({ aggregate, type }, translatorOf('de'))).toBe(german);
});

it.each([
  ['replay', 'rpl_1', { subscriptionId: 'sub_1' }, 'sub_1'],
  ['delivery', 'dlv_1', { subscriptionId: 'sub_1' }, 'sub_1'],
  ['erasure', 'ers_1', { kind: 'tenant', subscriptionId: null }, 'ers_1'],
  ['user', 'usr_1', { subscriptionId: 'sub_1' }, 'usr_1'],
] as const)('takes %s %s %j for something about %s', (aggregate, id, changes, about) => {
  expect(aboutId({ aggregate, id, changes })).toBe(about);
});

it.each([
  ['replay', 'rpl_1', 'Shop', 'Shop', 'replays'],
  ['delivery', 'dlv_1', 'Shop', 'Shop', 'deliveries/dlv_1'],
  ['delivery', 'dlv_1', undefined, 'dlv_1', 'deliveries/dlv_1'],
  ['erasure', 'ers_1', undefined, '', undefined],
  ['event-type', 'order.created', undefined, 'order.created', undefined],
  ['user', 'usr_1', 'Kim', 'Kim', undefined],
  ['user', 'usr_2', undefined, '', undefined],
])('names %s %s, called %s: %s', (aggregate, id, name, text, place) => {
  expect(subjectOf({ aggregate, id }, { name })).toBe(text);
  expect(placeOf({ aggregate, id })).toBe(place);
});

it('tells the old name beside the new one', () => {
  expect(subjectOf({ aggregate: 'tenant', id: 'ten_1' }, { name: 'New', before: 'Old' })).toBe('Old → New');
});
