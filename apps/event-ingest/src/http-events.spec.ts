import { batchMax, publicationOf } from './http-events.js';

const good = { tenantId: 't', type: 'a', timestamp: '2026-04-15T10:00:01Z', id: 'x' };

function request(body: unknown, contentType?: string, headers: Record<string, string> = {}) {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
  return {
    headers: { ...(contentType ? { 'content-type': contentType } : {}), ...headers },
    parsed: body,
    bytes,
  };
}

it.each<[string, unknown, string | undefined, Record<string, string>, string[]]>([
  ['an object', good, 'application/json', {}, ['draft']],
  ['an object in a charset', good, 'Application/JSON; charset=utf-8', {}, ['draft']],
  ['an array', [good, {}, good], 'application/json', {}, ['draft', 'faulty', 'draft']],
  [
    'as many as allowed',
    Array(batchMax).fill(good),
    'application/json',
    {},
    Array<string>(batchMax).fill('draft'),
  ],
  [
    'structured, whatever headers say',
    { a: 1 },
    'application/cloudevents+json',
    { 'ce-id': 'x' },
    ['faulty'],
  ],
  ['binary by ce-specversion', {}, 'application/json', { 'ce-specversion': '1.0' }, ['faulty']],
  ['binary of a JSON format', {}, 'application/vnd.x+json', { 'ce-id': 'x' }, ['faulty']],
  ['binary without body or type', undefined, undefined, { 'ce-id': 'x' }, ['faulty']],
])('%s', (_what, body, contentType, headers, kinds) => {
  expect(publicationOf(request(body, contentType, headers)).members.map(({ kind }) => kind)).toEqual(kinds);
});

it.each<[string, unknown, string | undefined, number]>([
  ['nothing', undefined, 'application/json', 400],
  ['nothing structured', undefined, 'application/cloudevents+json', 400],
  ['no content type', undefined, undefined, 415],
  ['another JSON', good, 'application/vnd.x+json', 415],
  ['no events', [], 'application/json', 422],
  ['no CloudEvents', [], 'application/cloudevents-batch+json', 422],
  ['too many', Array(batchMax + 1).fill(good), 'application/json', 413],
  ['one as a batch', {}, 'application/cloudevents-batch+json', 422],
])('%s is refused', (_what, body, contentType, status) => {
  expect(() => publicationOf(request(body, contentType))).toThrow(expect.objectContaining({ status }));
});

it('an event may have 256 KiB, white space around it not counted', () => {
  const sized = (bytes: number) => ({
    ...good,
    data: 'x'.repeat(bytes - JSON.stringify({ ...good, data: '' }).length),
  });
  const kindOf = (body: unknown) =>
    publicationOf(request(body, 'application/json')).members.map(({ kind }) => kind);
  expect(kindOf(sized(256 * 1024))).toEqual(['draft']);
  expect(kindOf(sized(256 * 1024 + 1))).toEqual(['too-large']);
  expect(kindOf([sized(256 * 1024 + 1), good])).toEqual(['too-large', 'draft']);
  const binary = request('x'.repeat(256 * 1024), 'application/json', { 'ce-id': 'x' });
  expect(publicationOf(binary).members).toEqual([{ kind: 'too-large' }]);
});
