// Prints the OpenAPI document of all services, without starting any: Nest's preview makes no provider.
// Runs from source (swc-hook) on the product's Node.
import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createLogger, HealthRegistry, RuntimeModule } from '@posthorn/runtime';
import { StandaloneModule } from '@posthorn/standalone';
import { serveDocs } from '@posthorn/subscription-api';

const services = StandaloneModule.register({
  POSTHORN_ADMIN_KEY: 'only-for-the-document',
  POSTHORN_SECRET_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
  KAFKA_BROKERS: '127.0.0.1:9',
  DATABASE_URL: 'postgres://127.0.0.1:9/none',
});
const logger = createLogger({ logLevel: 'silent' }, 'api-document');
const runtime = RuntimeModule.register({ logger, health: new HealthRegistry() });
const root = { module: class Root {}, imports: [runtime, services] };
const app = await NestFactory.create(root, new FastifyAdapter(), {
  preview: true,
  abortOnError: false,
  logger: false,
});
writeFileSync(process.argv[2], JSON.stringify(await serveDocs(app), null, 1));
process.exit(0);
