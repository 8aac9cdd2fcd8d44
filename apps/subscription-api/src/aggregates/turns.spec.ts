import { Turns } from './turns.js';

/** Work that ends when it is told to. */
function held() {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { work: () => ended, end };
}

it('lets the works of one name run one after the other, those of others meanwhile', async () => {
  const turns = new Turns(10);
  const first = held();
  const order: string[] = [];
  const note = (what: string) => () => Promise.resolve(void order.push(what));
  const waiting = [
    turns.take('a', first.work),
    turns.take('a', note('second')),
    turns.take('a', note('third')),
  ];
  await turns.take('b', note('other'));
  expect(order).toEqual(['other']);
  first.end();
  await Promise.all(waiting);
  expect(order).toEqual(['other', 'second', 'third']);
});

it('a failure is its own alone', async () => {
  const turns = new Turns(10);
  const failing = turns.take('a', () => Promise.reject(new Error('no')));
  const next = turns.take('a', () => Promise.resolve('done'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('done');
});

it('refuses more than may wait, and takes again when they are through', async () => {
  const turns = new Turns(1);
  const first = held();
  const running = turns.take('a', first.work);
  const waiting = turns.take('a', () => Promise.resolve('waited'));
  await expect(turns.take('a', () => Promise.resolve())).rejects.toMatchObject({ code: 'too-many-requests' });
  first.end();
  await running;
  expect(await waiting).toBe('waited');
  expect(await turns.take('a', () => Promise.resolve('again'))).toBe('again');
});
