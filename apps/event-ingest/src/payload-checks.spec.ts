import type { EventTypeRule } from '@posthorn/domain';
import { PayloadChecks } from './payload-checks.js';

const rule = (more: Partial<EventTypeRule> = {}): EventTypeRule => ({
  kind: 'event-type',
  id: 't/order.created',
  tenantId: 't',
  type: 'order.created',
  schema: { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] },
  onInvalid: 'reject',
  removed: false,
  version: 1,
  ...more,
});
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function setUp() {
  const warned: object[] = [];
  const checks = new PayloadChecks({ warn: (fields: object) => void warned.push(fields) } as never);
  return { checks, warned };
}

it.each<[string, Buffer, string | undefined]>([
  ['what fits', bytes({ total: 1 }), undefined],
  ['a missing field', bytes({}), '/data/total is required'],
  ['a field of the wrong kind', bytes({ total: '1' }), '/data/total must be number'],
  ['no data at all', Buffer.alloc(0), '/data must be object'],
])('%s', (_, data, wanted) => {
  const [fault] = setUp().checks.faultsOf(rule(), data) ?? [];
  expect(fault && `${fault.pointer} ${fault.detail}`).toBe(wanted);
});

it('takes what does not fit where the type only warns, and says so once a minute', () => {
  const { checks, warned } = setUp();
  for (let i = 0; i < 3; i++) expect(checks.faultsOf(rule({ onInvalid: 'warn' }), bytes({}))).toBeUndefined();
  expect(warned).toEqual([{ tenantId: 't', type: 'order.created', pointer: '/total' }]);
});

it('goes by the newest version of the schema', () => {
  const { checks } = setUp();
  expect(checks.faultsOf(rule(), bytes({}))).toHaveLength(1);
  expect(checks.faultsOf(rule({ schema: true, version: 2 }), bytes({}))).toBeUndefined();
});

it('refuses what takes too long to be checked, and lets the schema rest', () => {
  const { checks, warned } = setUp();
  const schema = { properties: { s: { type: 'string', pattern: '^(a|a)*$' } } };
  const endless = bytes({ s: `${'a'.repeat(60)}b` });
  const [fault] = checks.faultsOf(rule({ schema }), endless) ?? [];
  expect(fault).toMatchObject({ pointer: '/data', detail: expect.stringMatching(/takes longer/) });
  expect(warned).toEqual([{ tenantId: 't', type: 'order.created', forMs: 10_000 }]);
  const began = performance.now();
  for (let i = 0; i < 100; i++) expect(checks.faultsOf(rule({ schema }), endless)).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(5_000);
});

it('keeps nobody out for a schema that it cannot use', () => {
  const { checks, warned } = setUp();
  expect(checks.faultsOf(rule({ schema: { type: 'nothing' } }), bytes({}))).toBeUndefined();
  expect(warned).toHaveLength(1);
});
