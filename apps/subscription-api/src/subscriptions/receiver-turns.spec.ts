import { ReceiverTurns } from './receiver-turns.js';

/** Requests that are under way until they are let go. */
function held() {
  const letGo: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => void letGo.push(resolve));
  return { work, letGo };
}

const refused = { code: 'too-many-requests' };

it('gives one tenant its part, the others theirs, and all together no more than there are', async () => {
  const turns = new ReceiverTurns(3, 2);
  const { work, letGo } = held();
  const mine = [turns.take('a', work), turns.take('a', work)];
  await expect(turns.take('a', work)).rejects.toMatchObject(refused);
  const other = turns.take('b', work);
  await expect(turns.take('c', work)).rejects.toMatchObject(refused);
  letGo.forEach((go) => go());
  await Promise.all([...mine, other]);
  expect(await turns.take('a', () => Promise.resolve(1))).toBe(1);
});

it('gives a turn back that failed', async () => {
  const turns = new ReceiverTurns(1, 1);
  const failing = () => Promise.reject(new Error('away'));
  await expect(turns.take('a', failing)).rejects.toThrow('away');
  await expect(turns.take('a', failing)).rejects.toThrow('away');
});
