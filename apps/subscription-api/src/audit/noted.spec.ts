import { type AuditNote, encodeAuditNote } from '@posthorn/contracts';
import { notedOf } from './noted.js';

const note: AuditNote = {
  ...{ id: 'rpl_1/created', tenantId: 't', kind: 'replay.created', subjectId: 'rpl_1' },
  ...{ actor: 'usr_1', origin: '203.0.113.7', details: { subscriptionId: 'sub_1' }, at: 1_000 },
};
const noted = (changes: object) => notedOf(encodeAuditNote({ ...note, ...changes }), 5_000);

it.each([
  ['replay.created', 'replay', 'created'],
  ['replay.cancelled', 'replay', 'cancelled'],
  ['erasure.created', 'erasure', 'created'],
  ['delivery.retried', 'delivery', 'retried'],
])('%s is about a %s that was %s', (kind, aggregate, type) => {
  expect(noted({ kind })).toEqual({ ...note, kind, aggregate, type });
});

it('cannot use what changes aggregates, nor what is no note', () => {
  expect(noted({ kind: 'subscription.deleted' })).toBeUndefined();
  expect(noted({ tenantId: null })).toBeUndefined();
  expect(notedOf(null, 5_000)).toBeUndefined();
});

it('holds what PostgreSQL does not in a form that it does', () => {
  const strange = noted({ subjectId: 'a\0b', details: { entityName: 'x\uD800y' }, at: 1e300 });
  expect(strange).toMatchObject({ subjectId: 'a\uFFFDb', details: { entityName: 'x\uFFFDy' }, at: 5_000 });
  expect(noted({ at: -1e300 })?.at).toBe(0);
});
