import { Lane } from './lane.js';

const effects = {
  release: () => undefined,
  position: () => 10,
  dirty: () => undefined,
  buffered: () => undefined,
};
const settings = { ordered: false, inFlightMax: 4, eventsMax: 10, bytesMax: 1_000, breakerFailures: 10 };

it('says that it goes on at once when a pause is lifted whose record is still being written', () => {
  const lane = new Lane<string>(settings, effects);
  expect(lane.parkedUntil).toBeUndefined();
  lane.pause(7e12);
  expect(lane.takeRecord()).toMatchObject({ kind: 'parked', dueAt: 7e12, reason: 'paused' });
  expect(lane.parkedUntil).toBe(7e12);
  lane.resume();
  expect([lane.state, lane.parkedUntil]).toEqual(['parked', 0]);
  lane.recordAcknowledged();
  expect([lane.state, lane.parkedUntil]).toEqual(['behind', undefined]);
});
