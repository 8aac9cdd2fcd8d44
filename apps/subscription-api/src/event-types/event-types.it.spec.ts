import { decodeDirectory } from '@posthorn/contracts';
import { DirectoryState } from '@posthorn/domain';
import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { Stage, type Harness } from '../testing/harness.js';

type View = { name: string; version: number; deprecated?: boolean };
type Problem = { code: string; errors: { pointer: string }[] };

let stage: Stage;
let api: Harness;
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
}, 60_000);
afterAll(() => stage.close(), 30_000);

const schema = { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] };

function known(tenantId: string, type: string) {
  const state = new DirectoryState();
  for (const { value } of stage.directory.records) state.apply(decodeDirectory(value));
  return state.eventType(tenantId, type);
}

it('counts versions, tells the directory, and takes a type away again', async () => {
  const key = await api.tenant('types-1', 'standard');
  const path = '/v1/tenants/types-1/event-types';
  const put = (body: object) => api.call<View & Problem>('PUT', `${path}/order.created`, { key, body });
  expect((await put({ schema, examples: [{ total: 1 }] })).body.version).toBe(1);
  await waitFor(() => known('types-1', 'order.created'));
  expect((await put({ schema, onInvalid: 'warn', deprecated: true })).body).toMatchObject({
    version: 2,
    deprecated: true,
  });
  await waitFor(() => known('types-1', 'order.created')?.onInvalid === 'warn' || undefined);
  expect(
    (await api.call<{ items: View[] }>('GET', path, { key })).body.items.map(({ name }) => name),
  ).toEqual(['order.created']);
  expect((await api.call('DELETE', `${path}/order.created`, { key })).status).toBe(204);
  expect((await api.call('GET', `${path}/order.created`, { key })).status).toBe(404);
  await waitFor(() => known('types-1', 'order.created') === undefined || undefined);
  expect((await put({ schema })).body.version).toBe(4);
  await waitFor(() => known('types-1', 'order.created'));
});

it('refuses schemas and examples that are wrong, and types that a profile does not have', async () => {
  const key = await api.tenant('types-2', 'brutlers');
  const path = '/v1/tenants/types-2/event-types';
  const put = (name: string, body: object) => api.call<Problem>('PUT', `${path}/${name}`, { key, body });
  const wrong = await put('order.created', { schema, examples: [{ total: 1 }, {}] });
  expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/examples/1/total']);
  // What is wrong with both is said at once, and where.
  const both = await put('order.created', { schema: { type: 'nothing' }, examples: 'none' });
  expect(both.body.errors.map(({ pointer }) => pointer).sort()).toEqual(['/examples', '/schema/type']);
  expect((await put('order.created', { schema, examples: null })).status).toBe(200);
  expect((await put('order.unknown', { schema })).status).toBe(422);
  expect((await api.call<{ items: View[] }>('GET', path, { key })).body.items).toHaveLength(6);
});

it('changes or removes a type only at the version that If-Match names', async () => {
  const key = await api.tenant('types-3', 'standard');
  const path = '/v1/tenants/types-3/event-types/order.created';
  const change = (method: string, tag: string) =>
    api.call<View & Problem>(method, path, {
      ...{ key, headers: { 'if-match': tag } },
      ...(method === 'PUT' ? { body: { schema } } : {}),
    });
  expect((await change('PUT', '"1"')).body.code).toBe('precondition-failed');
  expect((await change('PUT', '"0"')).headers.get('etag')).toBe('"1"');
  expect((await api.call('GET', path, { key })).headers.get('etag')).toBe('"1"');
  expect((await change('PUT', '"1"')).body.version).toBe(2);
  expect((await change('PUT', '"1"')).status).toBe(412);
  expect((await change('DELETE', '"1"')).status).toBe(412);
  expect((await change('DELETE', '"2"')).status).toBe(204);
});
