import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { KafkaPublisher } from '@posthorn/publisher';
import { OutboxRelay } from '@posthorn/publisher/typeorm';
import type { Producer } from 'kafkajs';

export const PRODUCER = Symbol('producer');

/** The way from the outbox to Posthorn: begins with the service, ends before its connections do. */
@Injectable()
export class PublishingService implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(PRODUCER) private readonly producer: Producer,
    @Inject(KafkaPublisher) private readonly publisher: KafkaPublisher,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.producer.connect();
    this.relay.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
    await this.publisher.close();
    await this.producer.disconnect();
  }
}
