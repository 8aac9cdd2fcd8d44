import { attemptsTopic, eventsTopic } from '@posthorn/contracts';
import type { TopicPartition } from '@posthorn/runtime';
import { BookGate } from './book-gate.js';

const events = { topic: eventsTopic.name, partition: 3 };
const attempts = { topic: attemptsTopic.name, partition: 3 };

/** Records what reaches the consumer; books are completed by the test. */
function setUp() {
  const reached: string[] = [];
  const note = (what: string) => (partitions: TopicPartition[]) => {
    for (const { topic, partition } of partitions) reached.push(`${what} ${topic}/${partition}`);
  };
  const server = {
    ready: true,
    pause: note('pause'),
    resume: note('resume'),
    seek: (at: TopicPartition, offset: number) => note(`seek ${offset}`)([at]),
  };
  const answers: ((complete: boolean) => void)[] = [];
  const gate = new BookGate(
    () => server,
    () => new Promise((resolve) => answers.push(resolve)),
  );
  const answer = async (complete: boolean) => {
    answers.shift()!(complete);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { gate, reached, answer };
}

describe('the gate before events', () => {
  it('lets other topics pass at once, and events when the book is complete', async () => {
    const { gate, reached, answer } = setUp();
    gate.seek(events, 7);
    gate.resume([attempts, events]);
    expect(reached).toEqual(['seek 7 events.v1/3', 'resume attempts.v1/3']);
    await answer(true);
    expect(reached.at(-1)).toBe('resume events.v1/3');
  });

  it('stays closed when the book will never be complete', async () => {
    const { gate, reached, answer } = setUp();
    gate.resume([events]);
    await answer(false);
    expect(reached).toEqual([]);
  });

  it('leaves paused what was paused meanwhile', async () => {
    const { gate, reached, answer } = setUp();
    gate.resume([events]);
    gate.pause([events]);
    await answer(true);
    expect(reached).toEqual(['pause events.v1/3']);
  });

  it('opens once for the last of several wishes', async () => {
    const { gate, reached, answer } = setUp();
    gate.resume([events]);
    gate.pause([events]);
    gate.resume([events]);
    await answer(true);
    expect(reached).toEqual(['pause events.v1/3']);
    await answer(true);
    expect(reached).toEqual(['pause events.v1/3', 'resume events.v1/3']);
  });
});
