import { readFileSync } from 'node:fs';
import { deliveryExample } from './delivery-example';

const vector = (name: string): unknown =>
  JSON.parse(
    readFileSync(new URL(`../../../../../libs/testing/vectors/${name}.json`, import.meta.url), 'utf8'),
  );

it('shows the examples of the platforms’ documentation, word for word', () => {
  const brz365 = vector('brz365') as { body: string };
  const tenantId = '596ad63d-efa1-426e-dd93-08d9fa9598be';
  expect(deliveryExample('brz365', tenantId, 'BusinessPartner.create', {})).toBe(brz365.body);
  const [{ body }] = (vector('brutlers') as { cases: [{ body: string }] }).cases;
  const { event, data } = JSON.parse(body) as { event: string; data: unknown };
  expect(deliveryExample('brutlers', 'v', event, data)).toBe(body);
});

it('shows the open formats with their envelope', () => {
  expect(deliveryExample('standard', 't', 'a.b', { n: 1 })).toBe(
    '{"type":"a.b","timestamp":"2026-04-15T10:00:01.234Z","data":{"n":1}}',
  );
  expect(JSON.parse(deliveryExample('cloudevents', 'a/b', 'a.b', { n: 1 }))).toMatchObject({
    ...{ specversion: '1.0', source: '/tenants/a%2Fb', type: 'a.b', tenantid: 'a/b', data: { n: 1 } },
  });
});
