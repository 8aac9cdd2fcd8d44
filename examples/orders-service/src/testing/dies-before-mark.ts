// The service, killed at the worst moment: Kafka has acknowledged, the outbox does not know it yet.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { KafkaPublisher } from '@posthorn/publisher';
import { OrdersModule } from '../orders.module.js';
import type { OrdersSettings } from '../settings.js';

const settings = JSON.parse(process.argv[2]) as OrdersSettings;
const app = await NestFactory.create(OrdersModule.register(settings), new FastifyAdapter(), {
  logger: false,
});
const publisher = app.get(KafkaPublisher);
const deliver = publisher.deliver.bind(publisher);
publisher.deliver = async (events) => {
  const outcomes = await deliver(events);
  if (outcomes.every(({ status }) => status === 'accepted')) process.kill(process.pid, 'SIGKILL');
  return outcomes;
};
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
