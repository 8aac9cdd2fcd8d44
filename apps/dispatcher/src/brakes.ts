import { dueTopic, eventsTopic } from '@posthorn/contracts';
import type { KafkaBatchServer, TopicPartition } from '@posthorn/messaging';

/** Which partitions of which topics stand still because what was read of them is as much as may be held. */
export class Brakes {
  private readonly paused = new Map<string, Set<number>>();

  constructor(private readonly server: () => Pick<KafkaBatchServer, 'pause' | 'resume'>) {}

  /** @param load as a share of its bounds: at 1 it pauses, below a half it goes on */
  at(place: TopicPartition, load: number): void {
    const { topic, partition } = place;
    const paused = this.paused.get(topic) ?? new Set();
    if (!paused.has(partition) && load >= 1) {
      this.paused.set(topic, paused.add(partition));
      this.server().pause([place]);
    } else if (paused.has(partition) && load < 0.5) {
      paused.delete(partition);
      this.server().resume([place]);
    }
  }

  /** Who comes next begins anew, and who has it not any more need not count it. */
  forget(places: readonly TopicPartition[]): void {
    for (const { topic, partition } of places) this.paused.get(topic)?.delete(partition);
  }

  /** How many partitions of a topic stand still. */
  count(topic: string): number {
    return this.paused.get(topic)?.size ?? 0;
  }
}

/** Of `events` and of `due`: who owns one owns the other. */
export function topicPartitions(partition: number): [TopicPartition, TopicPartition] {
  const of = (topic: string) => ({ topic, partition });
  return [of(eventsTopic.name), of(dueTopic.name)];
}
