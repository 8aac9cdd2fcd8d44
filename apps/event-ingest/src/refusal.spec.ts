import { refusalError, reasonOf, type Refusal } from './refusal.js';

const faulty = (pointer: string, detail: string): Refusal => ({
  kind: 'faulty',
  faults: [{ pointer, detail }],
});
const unknown: Refusal = { kind: 'unknown-tenant', pointer: '/tenantId' };
const ok = undefined;

describe('refusalError', () => {
  it.each<[string, (Refusal | undefined)[], boolean, number, string]>([
    ['one event', [faulty('/type', 'is required')], false, 422, '/type: is required'],
    ['one unknown tenant', [unknown], false, 404, '/tenantId: is unknown'],
    ['one large event', [{ kind: 'too-large' }], false, 413, 'The event: is larger than 256 KiB'],
    ['a header', [faulty('ce-time', 'is required')], false, 422, 'ce-time: is required'],
    [
      'a batch',
      [ok, faulty('', 'x'), ok],
      true,
      422,
      'The batch is refused whole: 1 of 3 events cannot be taken (index 1).',
    ],
    [
      'ranges',
      [faulty('', 'x'), ok, faulty('', 'x'), faulty('', 'x'), faulty('', 'x'), ok, faulty('', 'x')],
      true,
      422,
      'The batch is refused whole: 5 of 7 events cannot be taken (index 0, 2-4, 6).',
    ],
    ['wrong fields before size', [{ kind: 'too-large' }, faulty('', 'x')], true, 422, 'index 0-1'],
    ['size before tenants', [unknown, { kind: 'too-large' }], true, 413, 'index 0-1'],
  ])('%s', (_what, refusals, batch, status, detail) => {
    const error = refusalError(refusals, batch);
    expect(error.status).toBe(status);
    expect(error.detail).toContain(detail);
  });

  it('points into the body of a batch, and names headers in the text', () => {
    const error = refusalError(
      [ok, faulty('/entity/id', 'is required'), faulty('ce-id', 'is required')],
      true,
    );
    expect(error.errors).toEqual([
      { index: 1, pointer: '/1/entity/id', detail: 'is required' },
      { index: 2, detail: 'ce-id: is required' },
    ]);
  });
});

it('a reason is one sentence for a person, and has an end', () => {
  const faults = [
    { pointer: '/entity/id', detail: 'is required' },
    { pointer: '', detail: 'must be an object' },
    { pointer: 'ce_time', detail: 'is required' },
  ];
  expect(reasonOf({ kind: 'faulty', faults })).toBe(
    '/entity/id: is required; The event: must be an object; ce_time: is required',
  );
  expect(reasonOf(faulty('/x', 'y'.repeat(5_000))).length).toBeLessThan(1_100);
});
