import { waitFor } from '@posthorn/testing';
import { attempt, delivered, event } from './testing/builders.js';
import { Cluster, LogApi } from './testing/cluster.js';
import { LogStage } from './testing/stage.js';

let stage: LogStage;
let cluster: Cluster;
let log: LogApi;

const tenantId = 'exports';
const count = 1_203;
const data = Buffer.from('{"total": 1.0}');
const pretty = Buffer.from('{\r\n  "note": "a\\nb",\n  "total": 1.0\n}');

beforeAll(async () => {
  stage = await LogStage.open();
  ({ cluster, log } = stage);
  await cluster.tenantWith(tenantId);
  const seqs = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      cluster.event(
        event({
          ...{ tenantId, id: `evt_${i}`, entity: { name: 'order', id: `=cmd|${i}` } },
          data: i === 7 ? pretty : data,
        }),
      ),
    ),
  );
  await cluster.attempt(delivered({ tenantId, eventId: 'evt_0', seq: seqs[0] }));
  const refused = { error: '@SUM(A1),"x"', status: undefined };
  await cluster.attempt(attempt({ tenantId, eventId: 'evt_1', seq: seqs[1], final: true, ...refused }));
  await waitFor(async () => (await log.list(`${tenantId}/deliveries?status=failed`)).items.length === 1, {
    timeoutMs: 20_000,
  });
  await waitFor(async () => (await log.list(`${tenantId}/events?id=evt_${count - 1}`)).items.length === 1);
}, 60_000);

afterAll(() => stage?.close(), 60_000);

async function fetched(path: string): Promise<{ headers: Headers; text: string }> {
  const response = await log.fetch(`v1/tenants/${tenantId}/${path}`);
  expect(response.status).toBe(200);
  return { headers: response.headers, text: await response.text() };
}

/** Every item of a list, page by page. */
async function listed(path: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Awaited<ReturnType<LogApi['list']>> = await log.list(
      `${tenantId}/${path}&limit=200${cursor && `&cursor=${cursor}`}`,
    );
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

it('deliveries as NDJSON are what the lists show, over all pages', async () => {
  const { headers, text } = await fetched('deliveries/export?format=ndjson');
  expect(headers.get('content-type')).toBe('application/x-ndjson');
  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(count);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(await listed('deliveries?'));
});

it('events as NDJSON have what was published, in its own words and each in one line', async () => {
  const { text } = await fetched('events/export?format=ndjson');
  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(count);
  expect(lines.filter((line) => line.includes(`"data":${data.toString()}`))).toHaveLength(count - 1);
  expect(lines.filter((line) => line.includes('"data":{    "note": "a\\nb",   "total": 1.0 }'))).toHaveLength(
    1,
  );
  const summaries = lines.map((line) => {
    const { data: _published, ...summary } = JSON.parse(line) as Record<string, unknown>;
    return summary;
  });
  expect(summaries).toEqual(await listed('events?'));
});

it('as CSV nothing in it is a formula', async () => {
  const { headers, text } = await fetched('deliveries/export?status=failed');
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(headers.get('content-disposition')).toBe('attachment; filename="deliveries.csv"');
  const [head, line, end] = text.split('\r\n');
  expect(head).toMatch(/^id,subscriptionId,eventId,/);
  expect(line).toContain(`,"'@SUM(A1),""x""",`);
  expect(end).toBe('');
  const events = await fetched('events/export?format=csv&id=evt_7');
  expect(events.text.split('\r\n')[1]).toMatch(/^evt_7,order\.created,order,"'=cmd\|7",/);
});

it('refuses what is no format, and a foreign tenant', async () => {
  expect((await log.ask(`${tenantId}/events/export?format=xlsx`)).status).toBe(422);
  await cluster.tenant('exports-other');
  await cluster.key('exports-other', 'exports-other', ['read']);
  expect((await log.ask(`${tenantId}/events/export`, 'exports-other')).status).toBe(404);
  expect((await log.ask(`${tenantId}/deliveries/export`, 'exports-other')).status).toBe(404);
});

it('a caller who goes away gives its place to the next one', async () => {
  for (let i = 0; i < 8; i++) {
    const controller = new AbortController();
    const url = `${stage.service.url}/v1/tenants/${tenantId}/events/export?format=ndjson`;
    const response = await waitFor(async () => {
      const answer = await fetch(url, { headers: { 'x-api-key': 'operator' }, signal: controller.signal });
      return answer.status === 200 && answer;
    });
    expect(response.body).not.toBeNull();
    controller.abort();
  }
}, 30_000);
