/** Runs that once broke a promise: each is played again in every test run. */
export const cases: { name: string; scenario: number; steps: string }[] = [
  {
    name: "a new owner reads an event again that is below its lane's cursor, and the window waited for ever",
    scenario: 96,
    steps: 'commit 0 0, mood 217 58, publish 0 0, flow 0 7, flow 0 0, flow 0 0, crash 0 0',
  },
  {
    name: 'a lane with room, but not for its next event, read on without rest',
    scenario: 10,
    steps: 'mood 0 1, publish 0 0, publish 0 0, publish 0 48, flow 0 0, flow 201 234',
  },
  {
    name: 'a lane that fell behind at an event was handed over past it while the event was still being matched',
    scenario: 2,
    steps:
      'flow 0 0, flow 170 0, flow 0 118, command 0 0, publish 0 0, flow 0 0, read 0 0, answer 0 143, publish 0 0, crash 0 12, publish 0 176, flow 0 0, flow 0 146',
  },
  {
    name: 'a new owner did not know the ids of events that were settled beyond its window',
    scenario: 44,
    steps:
      'publish 0 0, publish 0 0, control 197 133, publish 0 0, flow 0 0, flow 0 64, publish 0 0, read 0 0, publish 0 0, publish 0 170, publish 0 0, control 0 0, read 0 42, repeat 134 1, pass 2 0, commit 0 0, handOff 0 0',
  },
  {
    name: 'a token that came between a pause and its lifting paused the lane for ever',
    scenario: 24,
    steps: 'publish 0 0, flow 0 0, read 0 0, mood 0 1, flow 5 2, control 0 0, control 0 250, flow 0 0',
  },
  {
    name: 'a single retry was sent a moment before its parked lane was due',
    scenario: 32,
    steps:
      'pass 0 0, commit 0 0, read 0 0, publish 0 0, read 0 133, answer 0 0, publish 0 0, answer 189 18, flow 0 0, answer 0 21, publish 0 0, flow 73 0',
  },
  {
    name: 'a token that came before its event was read again lost the count of attempts',
    scenario: 96,
    steps:
      'publish 0 0, commit 0 0, mood 0 21, flow 1 3, usurp 0 0, schedule 0 0, commit 0 0, read 0 0, read 0 0, due 0 0, read 0 0, repeatDue 0 0, pass 28 0, commit 0 0, flow 0 0, crash 0 0',
  },
];
