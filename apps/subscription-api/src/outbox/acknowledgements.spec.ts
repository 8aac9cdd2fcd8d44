import { Acknowledgements } from './acknowledgements.js';
import { OutboxBell } from './outbox-bell.js';

describe('Acknowledgements', () => {
  it('waits for every row of a write, in any order', async () => {
    const acknowledgements = new Acknowledgements(5_000);
    let isDone = false;
    const waiting = acknowledgements.expect(['1', '2']).then((relayed) => {
      isDone = true;
      return relayed;
    });
    acknowledgements.settle(['2', '7']);
    await Promise.resolve();
    expect(isDone).toBe(false);
    acknowledgements.settle(['1']);
    expect(await waiting).toBe(true);
  });

  it('a wait ends after its time, and what comes later disturbs nobody', async () => {
    const acknowledgements = new Acknowledgements(10);
    expect(await acknowledgements.expect(['1'])).toBe(false);
    acknowledgements.settle(['1']);
  });

  it('a write that did not happen is not waited for', async () => {
    const acknowledgements = new Acknowledgements(60_000);
    const waiting = acknowledgements.expect(['1', '2']);
    acknowledgements.forget(['1', '2']);
    expect(await waiting).toBe(false);
  });

  it('at its bound, nobody waits', async () => {
    const acknowledgements = new Acknowledgements(60_000);
    const seqs = Array.from({ length: 10_000 }, (_, i) => String(i));
    const waiting = acknowledgements.expect(seqs);
    expect(await acknowledgements.expect(['next'])).toBe(false);
    acknowledgements.settle(seqs);
    expect(await waiting).toBe(true);
  });
});

describe('OutboxBell', () => {
  it('wakes whoever waits', async () => {
    const bell = new OutboxBell();
    const waiting = bell.wait(60_000);
    bell.ring();
    await waiting;
  });

  it('keeps a ring for whoever comes next, once', async () => {
    const bell = new OutboxBell();
    bell.ring();
    bell.ring();
    await bell.wait(60_000);
    let isOver = false;
    const second = bell.wait(20).then(() => (isOver = true));
    await Promise.resolve();
    expect(isOver).toBe(false);
    await second;
  });
});
