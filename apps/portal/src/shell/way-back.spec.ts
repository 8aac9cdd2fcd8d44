import { wayBack } from './way-back';

it.each([
  ['/t/a/deliveries?status=failed#x', '/t/a/deliveries?status=failed#x'],
  ['https://evil.example/', '/'],
  ['//evil.example/', '/'],
  ['/\\evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/login?to=/', '/'],
  [null, '/'],
])('goes back from %s to %s', (from, to) => {
  expect(wayBack(from)).toBe(to);
});
