import { phasesOf } from './timing';

it('says where the time went, and calls what is left receiving', () => {
  expect(phasesOf({ dnsMs: 1, connectMs: 2, tlsMs: null, firstByteMs: 10, totalMs: 15 }, 99)).toEqual([
    { name: 'dnsMs', ms: 1 },
    { name: 'connectMs', ms: 2 },
    { name: 'firstByteMs', ms: 10 },
    { name: 'rest', ms: 2 },
  ]);
});

it('makes nothing up where nothing was measured', () => {
  expect(phasesOf(null, 20)).toEqual([]);
  expect(phasesOf({ connectMs: 20 }, 20)).toEqual([{ name: 'connectMs', ms: 20 }]);
});
