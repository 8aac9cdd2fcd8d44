import { chartRules, ofRelease } from './chart-rules.js';

it.each([
  ['up == 0', 'up{__SELECTOR__} == 0'],
  [
    'min by (job, posthorn_check) (a_ratio) == 0',
    'min by (job, posthorn_check) (a_ratio{__SELECTOR__}) == 0',
  ],
  ['max(a{b=~"c[.].+", d!="e"}) > 5 * 86400', 'max(a{__SELECTOR__, b=~"c[.].+", d!="e"}) > 5 * 86400'],
  ['sum(rate(a_total[5m])) or vector(0)', 'sum(rate(a_total{__SELECTOR__}[5m])) or vector(0)'],
  ['rate(a{b="c"}[1h] offset 5m) > 14.4 * 0.01', 'rate(a{__SELECTOR__, b="c"}[1h] offset 5m) > 14.4 * 0.01'],
  [
    'x:y:rate5m > 0.5 and on (t) sum by (t) (z)',
    'x:y:rate5m{__SELECTOR__} > 0.5 and on (t) sum by (t) (z{__SELECTOR__})',
  ],
  [
    'label_replace(absent(a{b="c"}), "service", "event-ingest", "", "")',
    'label_replace(absent(a{__SELECTOR__, b="c"}), "service", "event-ingest", "", "")',
  ],
])('%s looks at one release', (expr, wanted) => {
  expect(ofRelease(expr)).toBe(wanted);
});

it('what a rule makes says whose it is; words and names stay', () => {
  const rules = [
    '      - record: a:b',
    '        expr: >-',
    '          sum(c)',
    '          + d',
    '  - name: group',
    '    rules:',
    '      # A remark on b.',
    '      - alert: D',
    '        expr: >-',
    '          a:b > 1',
    '          or e > 2',
    '        for: 5m',
    '        labels: { severity: page }',
    '        annotations:',
    "          summary: '{{ $labels.posthorn_check }} fails'",
  ];
  expect(chartRules(rules.join('\n')).split('\n')).toEqual([
    '      - record: a:b',
    '        labels: { __LABEL__ }',
    '        expr: >-',
    '          sum(c{__SELECTOR__})',
    '          + d{__SELECTOR__}',
    '  - name: group',
    '    rules:',
    '      # A remark on b.',
    '      - alert: D',
    '        expr: >-',
    '          a:b{__SELECTOR__} > 1',
    '          or e{__SELECTOR__} > 2',
    '        for: 5m',
    '        labels: { __LABEL__, severity: page }',
    '        annotations:',
    "          summary: '{{ $labels.posthorn_check }} fails'",
  ]);
});
