import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { OrdersModule } from './orders.module.js';
import { settingsFrom } from './settings.js';

const app = await NestFactory.create(OrdersModule.register(settingsFrom(process.env)), new FastifyAdapter());
app.enableShutdownHooks();
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
