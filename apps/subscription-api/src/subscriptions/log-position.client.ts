import { Inject, Injectable } from '@nestjs/common';
import { eventsTopic } from '@posthorn/contracts';
import { KafkaConnection, partitionFor } from '@posthorn/messaging';
import { AppError } from '@posthorn/runtime';

/** Where in a tenant's log a moment is. */
@Injectable()
export class LogPosition {
  constructor(@Inject(KafkaConnection) private readonly kafka: KafkaConnection) {}

  /**
   * The offset of the first event at or after that time; what the log no longer has is left out by whoever
   * reads it.
   *
   * @throws AppError `unavailable`
   */
  async at(tenantId: string, from: number | 'earliest'): Promise<number> {
    if (from === 'earliest') return 0;
    try {
      const partition = partitionFor(tenantId, await this.kafka.partitionCount(eventsTopic.name));
      const topic = this.kafka.topicName(eventsTopic.name);
      const offsets = await (await this.kafka.admin()).fetchTopicOffsetsByTimestamp(topic, from);
      const found = offsets.find((entry) => entry.partition === partition);
      return Math.max(0, Number(found?.offset ?? 0));
    } catch (cause) {
      throw new AppError('unavailable', 'Kafka does not say where in the log that time is.', {
        retryAfterS: 2,
        cause,
      });
    }
  }
}
