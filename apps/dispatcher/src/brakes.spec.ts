import { Brakes } from './brakes.js';

const [one, other] = [0, 1].map((partition) => ({ topic: 'events', partition }));

function brakesOf(): { brakes: Brakes; done: unknown[] } {
  const done: unknown[] = [];
  const pause = (places: unknown[]): void => void done.push('pause', ...places);
  const resume = (places: unknown[]): void => void done.push('resume', ...places);
  return { brakes: new Brakes(() => ({ pause, resume })), done };
}

it('pauses a partition that is full, and goes on below a half', () => {
  const { brakes, done } = brakesOf();
  for (const load of [0.9, 1, 1.1, 0.5]) brakes.at(one, load);
  brakes.at(other, 0.9);
  expect([done.splice(0), brakes.count('events')]).toEqual([['pause', one], 1]);
  brakes.at(one, 0.49);
  brakes.at(one, 0.4);
  expect([done, brakes.count('events'), brakes.count('due')]).toEqual([['resume', one], 0, 0]);
});

it('pauses anew for the next owner of a partition', () => {
  const { brakes, done } = brakesOf();
  brakes.at(one, 1);
  brakes.forget([one, other]);
  expect(brakes.count('events')).toBe(0);
  brakes.at(one, 0.4);
  brakes.at(one, 1);
  expect(done).toEqual(['pause', one, 'pause', one]);
});
