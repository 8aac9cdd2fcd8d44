import { profileOf, type ProfileName } from '@posthorn/domain';
import { AppError } from '@posthorn/runtime';
import { readSubscription, type InputMode } from './subscription-input.js';

const url = 'https://example.org/hook';
const complete: Record<ProfileName, object> = {
  brutlers: { url, filter: { types: ['order.created'] } },
  brz365: {
    url,
    name: 'ERP',
    auth: { authorization: 'Basic eDp5' },
    filter: { entities: [{ name: 'BusinessPartner', changes: ['create', 'delete'] }] },
  },
  standard: { url },
  cloudevents: { url },
};

const read = (profile: ProfileName, body: object, mode: InputMode = 'create') =>
  readSubscription(body, profileOf(profile), mode);

/** The fields that are wrong. */
function wrong(profile: ProfileName, body: object, mode: InputMode = 'create'): string[] {
  try {
    read(profile, body, mode);
    return [];
  } catch (error) {
    expect((error as AppError).code).toBe('invalid');
    return (error as AppError).errors!.map(({ pointer }) => pointer!);
  }
}

describe.each(Object.keys(complete) as ProfileName[])('%s', (profile) => {
  it('takes what is complete', () => {
    const { auth, ...rest } = complete[profile] as { auth?: { authorization: string } };
    const secret = auth ? { secret: auth.authorization } : {};
    expect(read(profile, complete[profile])).toEqual({ ...rest, ...secret });
  });

  it('needs everything that has no default when it is made, nothing when it is changed', () => {
    const required: Record<ProfileName, string[]> = {
      brutlers: ['/url', '/filter'],
      brz365: ['/url', '/name', '/filter', '/auth/authorization'],
      standard: ['/url'],
      cloudevents: ['/url'],
    };
    expect(wrong(profile, {})).toEqual(required[profile]);
    expect(wrong(profile, {}, 'replace')).toEqual(
      required[profile].filter((field) => !field.startsWith('/auth')),
    );
    expect(read(profile, {}, 'merge')).toEqual({});
  });

  it('knows only its own ordering, where it is fixed', () => {
    const { ordering, orderingFixed } = profileOf(profile);
    for (const one of ['strict', 'per-entity', 'unordered'])
      expect(wrong(profile, { ordering: one }, 'merge')).toEqual(
        orderingFixed && one !== ordering ? ['/ordering'] : [],
      );
  });
});

type Row = [what: string, body: object, fields: string[]];
const filters = (...filter: unknown[]): Row[] =>
  filter.map((one): Row => [`filter ${JSON.stringify(one)}`, { filter: one }, []]);
const row = (field: string, value: unknown, ...fields: string[]): Row => [
  `${field} ${JSON.stringify(value)}`.slice(0, 80),
  { [field]: value },
  fields,
];

describe('filters', () => {
  it.each<Row>(filters({ types: ['*'] }, { types: ['order.*', '*.created', 'com.example/x.y'] }))(
    'standard takes %s',
    (_, body, fields) => expect(wrong('standard', body, 'merge')).toEqual(fields),
  );

  it.each<Row>([
    row('filter', null, '/filter'),
    row('filter', [], '/filter'),
    row('filter', {}, '/filter/types'),
    row('filter', { types: [] }, '/filter/types'),
    row('filter', { types: 'order.*' }, '/filter/types'),
    row('filter', { types: ['a', 'a'] }, '/filter/types/1'),
    row(
      'filter',
      { types: ['a..b', 'a*.b', '', 'a b', 7] },
      ...[0, 1, 2, 3, 4].map((i) => `/filter/types/${i}`),
    ),
    row('filter', { types: ['x'.repeat(201)] }, '/filter/types/0'),
    row('filter', { types: Array.from({ length: 101 }, (_, i) => `t${i}`) }, '/filter/types'),
    row('filter', { types: ['a'], cel: 'true' }, '/filter/cel'),
    row('filter', { entities: [] }, '/filter/entities', '/filter/types'),
  ])('standard refuses %s', (_, body, fields) => expect(wrong('standard', body, 'merge')).toEqual(fields));

  it.each<Row>([
    row('filter', { types: ['order.created', 'order.*'] }, '/filter/types/1'),
    row('filter', { types: ['*'] }, '/filter/types/0'),
    row('filter', { types: ['Order.created'] }, '/filter/types/0'),
  ])('brutlers refuses %s', (_, body, fields) => expect(wrong('brutlers', body, 'merge')).toEqual(fields));

  it.each<Row>([
    row('filter', { types: ['*'] }, '/filter/types', '/filter/entities'),
    row('filter', { entities: [] }, '/filter/entities'),
    row('filter', { entities: ['BusinessPartner'] }, '/filter/entities/0'),
    row('filter', { entities: [{ name: '', changes: ['create'] }] }, '/filter/entities/0/name'),
    row('filter', { entities: [{ name: 'A', changes: [] }] }, '/filter/entities/0/changes'),
    row(
      'filter',
      { entities: [{ name: 'A', changes: ['create', 'update'] }] },
      '/filter/entities/0/changes/1',
    ),
    row(
      'filter',
      { entities: [{ name: 'A', changes: ['create', 'create'] }] },
      '/filter/entities/0/changes/1',
    ),
    row('filter', { entities: [{ name: 'A', changes: ['create'], x: 1 }] }, '/filter/entities/0/x'),
    row(
      'filter',
      { entities: ['a', 'a'].map((name) => ({ name, changes: ['create'] })) },
      '/filter/entities/1/name',
    ),
  ])('brz365 refuses %s', (_, body, fields) => expect(wrong('brz365', body, 'merge')).toEqual(fields));
});

describe('how it is delivered', () => {
  const week = 7 * 24 * 60 * 60 * 1000;
  const formula = { baseMs: 0, factor: 1, maxMs: week, attempts: 50, jitter: 1 };

  it.each<Row>([
    row('retryPolicy', { delaysMs: [] }),
    row('retryPolicy', { delaysMs: [0, week], jitter: 0.5 }),
    row('retryPolicy', { delaysMs: Array.from({ length: 49 }, () => 1) }),
    row('retryPolicy', formula),
    row('timeoutMs', 100),
    row('timeoutMs', 60_000),
    row('rateLimit', null),
    row('rateLimit', 0.1),
    row('rateLimit', 10_000),
    row('headers', {}),
    row('headers', { 'X-Team': 'blue green', 'x-a': '!' }),
    row('metadata', { 'any name': '' }),
  ])('takes %s', (_, body, fields) => expect(wrong('standard', body, 'merge')).toEqual(fields));

  it.each<Row>([
    row('retryPolicy', [], '/retryPolicy'),
    row(
      'retryPolicy',
      { delaysMs: [1.5, -1, week + 1, '1'] },
      ...[0, 1, 2, 3].map((i) => `/retryPolicy/delaysMs/${i}`),
    ),
    row('retryPolicy', { delaysMs: Array.from({ length: 50 }, () => 1) }, '/retryPolicy/delaysMs'),
    row('retryPolicy', { delaysMs: [], jitter: 1.1 }, '/retryPolicy/jitter'),
    row('retryPolicy', { delaysMs: [], attempts: 3 }, '/retryPolicy/attempts'),
    row('retryPolicy', { ...formula, attempts: 51 }, '/retryPolicy/attempts'),
    row('retryPolicy', { ...formula, attempts: 0 }, '/retryPolicy/attempts'),
    row('retryPolicy', { ...formula, factor: 0.5 }, '/retryPolicy/factor'),
    row('retryPolicy', { ...formula, baseMs: 10, maxMs: 9 }, '/retryPolicy/maxMs'),
    row(
      'retryPolicy',
      {},
      ...['baseMs', 'factor', 'maxMs', 'attempts'].map((name) => `/retryPolicy/${name}`),
    ),
    row('timeoutMs', 99, '/timeoutMs'),
    row('timeoutMs', 60_001, '/timeoutMs'),
    row('timeoutMs', 100.5, '/timeoutMs'),
    row('timeoutMs', null, '/timeoutMs'),
    row('rateLimit', 0, '/rateLimit'),
    row('rateLimit', 10_001, '/rateLimit'),
    row('rateLimit', '5', '/rateLimit'),
    row('headers', { 'X-A': 'a\r\nb' }, '/headers/X-A'),
    row('headers', { 'X-A': 'ü' }, '/headers/X-A'),
    row('headers', { 'X-A': '' }, '/headers/X-A'),
    row('headers', { 'X-A': 7 }, '/headers/X-A'),
    row('headers', { 'X A': 'a' }, '/headers/X A'),
    row('headers', { 'X-A': 'a', 'x-a': 'b' }, '/headers/x-a'),
    row('headers', Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`x-${i}`, 'v'])), '/headers'),
    row('headers', [], '/headers'),
    row('metadata', { a: 7 }, '/metadata/a'),
    row('metadata', { a: 'x'.repeat(501) }, '/metadata/a'),
    row('metadata', { a: '\0' }, '/metadata/a'),
    row('metadata', { '': 'x' }, '/metadata'),
    row('name', 'a\u0007', '/name'),
    row('name', 'x'.repeat(201), '/name'),
    row('name', 7, '/name'),
    row('status', 'deleted', '/status'),
    row('status', null, '/status'),
    row('ordering', 'fifo', '/ordering'),
    row('url', '', '/url'),
    row('url', `${url}\n`, '/url'),
  ])('refuses %s', (_, body, fields) => expect(wrong('standard', body, 'merge')).toEqual(fields));

  it.each([
    ...[
      'Host',
      'content-length',
      'Content-Type',
      'connection',
      'transfer-encoding',
      'Authorization',
      'cookie',
    ],
    ...[
      'webhook-id',
      'Webhook-Signature',
      'X-Brutlers-Signature',
      'traceparent',
      'proxy-authorization',
      'te',
    ],
    ...['x-forwarded-for', 'accept-encoding', 'expect', 'upgrade', 'ce-id', 'User-Agent'],
  ])('refuses the header %s', (name) => {
    expect(wrong('standard', { headers: { [name]: 'x' } }, 'merge')).toEqual([`/headers/${name}`]);
  });

  it('a name is trimmed and in one spelling, so that equal ones are found equal', () => {
    expect(read('brz365', { name: ' Gro\u0308ße ' }, 'merge')).toEqual({ name: 'Größe' });
    expect(wrong('brz365', { name: ' ' }, 'merge')).toEqual(['/name']);
    expect(wrong('standard', { name: '' }, 'merge')).toEqual([]);
  });
});

describe('secrets', () => {
  const whsec = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`;
  it.each<[ProfileName, unknown]>([
    ['brutlers', 'a2f1c0de5e5510adf00d00000000beef'],
    ['brz365', 'your-secret-value-for-the-registered-webhook'],
    ['brz365', 'Basic with blanks ='],
    ['standard', whsec(24)],
    ['cloudevents', whsec(64)],
  ])('%s takes %s', (profile, value) => {
    const field = profile === 'brz365' ? 'authorization' : 'secret';
    expect(read(profile, { auth: { [field]: value } }, 'merge')).toEqual({ secret: value });
  });

  it.each<[ProfileName, unknown]>([
    ['brutlers', 'too-short'],
    ['brutlers', 'with blanks in between'],
    ['brutlers', 7],
    ['brz365', ''],
    ['brz365', ' leading'],
    ['brz365', 'line\nfeed-injected'],
    ['brz365', 'größer'],
    ['brz365', 'x'.repeat(1025)],
    ['standard', 'whsec_notbase64!!'],
    ['standard', whsec(23)],
    ['standard', whsec(65)],
    ['standard', Buffer.alloc(32, 1).toString('base64')],
  ])('%s refuses %s, and does not repeat it', (profile, value) => {
    const field = profile === 'brz365' ? 'authorization' : 'secret';
    const auth = { [field]: value };
    expect(wrong(profile, { auth }, 'merge')).toEqual([`/auth/${field}`]);
    const said = JSON.stringify(catchError(() => read(profile, { auth }, 'merge')).errors);
    if (typeof value === 'string' && value !== '') expect(said).not.toContain(value);
  });

  it('refuses fields of other profiles', () => {
    expect(wrong('brz365', { auth: { secret: 'x' } }, 'merge')).toEqual(['/auth/secret']);
    expect(wrong('standard', { auth: 'x' }, 'merge')).toEqual(['/auth']);
  });
});

function catchError(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    return error as AppError;
  }
  throw new Error('nothing was thrown');
}

describe('a subscription that is polled', () => {
  const poll = { kind: 'poll' };

  it('needs no URL, and may have none, nor anything else of a receiver', () => {
    expect(read('standard', poll)).toEqual({ kind: 'poll' });
    expect(read('cloudevents', { ...poll, url: '', headers: {}, rateLimit: null }, 'replace')).toMatchObject(
      poll,
    );
    const more = { url, rateLimit: 5, headers: { 'x-a': 'b' }, startFrom: 'earliest' };
    expect(wrong('standard', { ...poll, ...more })).toEqual(['/url', '/startFrom', '/rateLimit', '/headers']);
  });

  it('is not for platforms that promise to call', () => {
    expect(wrong('brutlers', { ...complete.brutlers, ...poll })).toContain('/kind');
    expect(wrong('brz365', { ...complete.brz365, ...poll })).toContain('/kind');
    expect(wrong('standard', { kind: 'pull' }, 'merge')).toEqual(['/kind']);
    expect(read('brutlers', { ...complete.brutlers, kind: 'webhook' })).toMatchObject({ kind: 'webhook' });
  });
});
