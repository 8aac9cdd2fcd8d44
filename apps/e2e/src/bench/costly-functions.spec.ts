import { costliest, costliestParts, type CpuProfile } from './costly-functions.js';

const frame = (functionName: string, url = '', lineNumber = -1): object => ({
  functionName,
  url,
  lineNumber,
});

const profile = {
  startTime: 1_000,
  nodes: [
    { id: 1, callFrame: frame('(idle)') },
    { id: 2, callFrame: frame('send', 'file:///home/x/apps/dispatcher/dist/sender.js', 9) },
    { id: 3, callFrame: frame('writev') },
    // The same function, called from elsewhere.
    { id: 4, callFrame: frame('send', 'file:///home/x/apps/dispatcher/dist/sender.js', 9) },
    { id: 5, callFrame: frame('', 'file:///home/x/node_modules/undici/lib/pool.js', 4) },
  ],
  // At 1,100 2, 1,200 3, 1,300 idle, 1,400 4, 1,500 5, each until the next one.
  samples: [2, 3, 1, 4, 5, 1],
  timeDeltas: [100, 100, 100, 100, 100, 50],
} as unknown as CpuProfile;

it('adds up what a function took itself, wherever it was called from, and leaves idling out', () => {
  expect(costliest(profile, [{ fromUs: 0, untilUs: 9_999 }], 10)).toEqual([
    { name: 'send', place: 'dispatcher/dist/sender.js:10', selfUs: 200, share: 200 / 350 },
    { name: 'writev', place: '', selfUs: 100, share: 100 / 350 },
    { name: '(anonymous)', place: 'undici/lib/pool.js:5', selfUs: 50, share: 50 / 350 },
  ]);
});

it('looks only at the stretches that were measured', () => {
  const stretches = [
    { fromUs: 1_150, untilUs: 1_250 },
    { fromUs: 1_500, untilUs: 1_600 },
  ];
  expect(costliest(profile, stretches, 1)).toEqual([
    { name: 'writev', place: '', selfUs: 100, share: 100 / 150 },
  ]);
});

it('has nothing where nothing was sampled', () => {
  expect(costliest(profile, [], 10)).toEqual([]);
});

it('adds up by package, app or lib', () => {
  expect(costliestParts(profile, [{ fromUs: 0, untilUs: 9_999 }], 2)).toEqual([
    { name: 'dispatcher', place: '', selfUs: 200, share: 200 / 350 },
    { name: 'writev', place: '', selfUs: 100, share: 100 / 350 },
  ]);
});
