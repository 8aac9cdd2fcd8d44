import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KafkaPublisher, murmur2Partitioner } from '@posthorn/publisher';
import { OutboxEvent, OutboxRelay, PosthornOutbox1764000000000 } from '@posthorn/publisher/typeorm';
import kafkajs, { type Producer } from 'kafkajs';
import { DataSource } from 'typeorm';
import { Orders1764000000001 } from './migration.js';
import { Order } from './order.entity.js';
import { OrdersController } from './orders.controller.js';
import { OrdersService } from './orders.service.js';
import { PRODUCER, PublishingService } from './publishing.service.js';
import type { OrdersSettings } from './settings.js';

@Module({})
export class OrdersModule {
  static register({ databaseUrl, brokers, topic }: OrdersSettings): DynamicModule {
    const logger = new Logger('outbox');
    const makeProducer = (): Producer =>
      new kafkajs.Kafka({ clientId: 'orders', brokers, logLevel: kafkajs.logLevel.ERROR }).producer({
        createPartitioner: murmur2Partitioner,
        allowAutoTopicCreation: false,
      });
    const makeRelay = (db: DataSource, publisher: KafkaPublisher): OutboxRelay =>
      new OutboxRelay(db, publisher, { onError: (error) => logger.warn(error) });
    return {
      module: OrdersModule,
      imports: [
        TypeOrmModule.forRoot({
          type: 'postgres',
          url: databaseUrl,
          entities: [Order, OutboxEvent],
          migrations: [PosthornOutbox1764000000000, Orders1764000000001],
          migrationsRun: true,
        }),
      ],
      controllers: [OrdersController],
      providers: [
        OrdersService,
        PublishingService,
        { provide: PRODUCER, useFactory: makeProducer },
        {
          provide: KafkaPublisher,
          useFactory: (producer: Producer) => new KafkaPublisher(producer, { topic }),
          inject: [PRODUCER],
        },
        { provide: OutboxRelay, useFactory: makeRelay, inject: [DataSource, KafkaPublisher] },
      ],
    };
  }
}
