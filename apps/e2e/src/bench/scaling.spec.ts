import type { Figures } from './figures.js';
import { scaling, scalingReport } from './scaling.js';

const cost = (cpuUsPerDelivery: number): Figures => ({ cpuUsPerDelivery, deliveriesPerS: 10 }) as Figures;

it('changes one thing only from point to point', () => {
  const tenants = scaling.find(({ name }) => name === 'tenants')!.points.map(({ scenario }) => scenario);
  expect(tenants.map(({ setup }) => setup.tenants)).toEqual([20, 200, 2_000]);
  expect(new Set(tenants.map(({ traffic }) => JSON.stringify(traffic))).size).toBe(1);
  const subscriptions = scaling.find(({ name }) => name === 'subscriptions')!.points;
  expect(
    subscriptions.map(({ scenario: { setup } }) => setup.tenants * (setup.fanOut + setup.others)),
  ).toEqual(subscriptions.map(({ at }) => at));
});

it('tells how much more a delivery costs than at the first point, and draws it', () => {
  const results = new Map([
    ['tenants-20', cost(100)],
    ['tenants-200', cost(105)],
    ['tenants-2000', cost(110)],
  ]);
  const text = scalingReport(results, { markdown: true }).join('\n');
  expect(text).toMatch(/\| *2,000 *\| *10 *\| *110 *\| *10 % *\|/);
  expect(text).toContain('x-axis ["20", "200", "2,000"]');
  expect(text).toContain('bar [100, 105, 110]');
  expect(text).not.toContain('subscriptions');
});
