import { nothingSeen, withNews, type Seen } from './received';
import { changeTo, modeOf, modes, type HookSettings } from './receiver';

const said = (...numbers: number[]): Seen =>
  numbers.reduce((seen, n) => withNews(seen, 'request', { n, body: `of ${n}` }), nothingSeen);
const numbers = ({ requests }: Seen) => requests.map(({ n }) => n);

it('keeps what came newest first, in whatever order it is told, each once', () => {
  expect(numbers(said(1, 2, 4, 3, 2))).toEqual([4, 3, 2, 1]);
  const answered = withNews(said(1, 2), 'request', { n: 1, answer: { status: 200 } });
  expect(answered.requests).toEqual([
    { n: 2, body: 'of 2' },
    { n: 1, answer: { status: 200 } },
  ]);
});

it('keeps five hundred, and nothing once it was cleared', () => {
  const many = said(...Array.from({ length: 502 }, (_, i) => i + 1));
  expect([many.requests.length, many.requests[0]?.n, many.requests.at(-1)?.n]).toEqual([500, 502, 3]);
  const hook = { name: 'first' };
  const cleared = withNews(withNews(many, 'hook', hook), 'cleared', {});
  expect(cleared).toEqual({ hook, requests: [] });
});

const usual: HookSettings = {
  ...{ hasSecret: false, rejectInvalid: false, status: 200, delayMs: 0, hang: false, failing: false },
  ...{ failNext: 3, failStatus: 503, retryAfterS: null },
};

it.each(modes)('is told to do %s, and then says so', (mode) => {
  expect(modeOf({ ...usual, ...changeTo(mode, usual) })).toBe(mode);
  expect(changeTo(mode, usual).failNext).toBe(0);
});

it('fails as it was last told to, but not for ever', () => {
  expect(changeTo('fail', usual).failStatus).toBe(503);
  expect(changeTo('fail', { ...usual, failStatus: 410 }).failStatus).toBe(500);
});
