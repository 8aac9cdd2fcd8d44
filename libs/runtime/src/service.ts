import { isNativeError } from 'node:util/types';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule, Type } from '@nestjs/common';
import type { CustomStrategy } from '@nestjs/microservices';
import { onUnusableExpression } from './expression.js';
import { HealthRegistry } from './health.js';
import { fastifyOptions, prepareHttp } from './http.js';
import { createLogger, type Logger } from './logging.js';
import { NestLog } from './nest-log.js';
import { ProblemFilter } from './problem.filter.js';
import { RuntimeModule } from './runtime.module.js';
import { StartError } from './start-error.js';
import { SettingsError, type CommonSettings } from './settings.js';
import { observeHealth } from './telemetry/health-metrics.js';
import { Telemetry } from './telemetry/telemetry.js';

export type ServiceOptions = {
  name: string;
  module: unknown;
  settings: CommonSettings;
  /** Injection tokens of strategies (KafkaBatchServer) to connect as microservices. */
  transports?: unknown[];
  bodyMaxBytes?: number;
  configure?: (app: NestFastifyApplication) => Promise<void>;
  /** Made from the settings unless given. */
  logger?: Logger;
  /** Whether the process's signals and uncaught errors are handled here; tests that start several say no. */
  ownsProcess?: boolean;
};

export type Service = { app: NestFastifyApplication; url: string; stop(): Promise<void> };

const stopTimeoutMs = 10_000;
/** What a process has counted last is worth no longer wait. */
const telemetryTimeoutMs = 1_000;

/**
 * Starts a service: HTTP on Fastify with health, problem+json and request logs, then its Kafka consumers.
 * Modules start what they need in onModuleInit (PostgreSQL, topics); HTTP comes before the consumers, so that
 * "live, not ready" can be seen while the group is joined.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { name, settings, transports = [], configure } = options;
  const logger = options.logger ?? createLogger(settings, name);
  onUnusableExpression((one) => logger.error(one, 'an expression cannot be used; it matches nothing'));
  const health = new HealthRegistry();
  const telemetry = new Telemetry(name, settings);
  observeHealth(telemetry.metrics, health);
  let started = false;
  health.ready('process', () => started || 'starting');

  const { bodyMaxBytes = 256 * 1024 } = options;
  const { trustedProxies } = settings;
  const adapter = new FastifyAdapter(fastifyOptions({ bodyMaxBytes, trustedProxies }));
  const root: DynamicModule = {
    module: class Root {},
    imports: [
      RuntimeModule.register({ logger, health, ...telemetry.parts }),
      options.module as Type | DynamicModule,
    ],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    logger: new NestLog(logger),
    abortOnError: false,
  });
  const problems = new ProblemFilter(logger, telemetry.metrics);
  await prepareHttp(app, { logger, telemetry });
  app.useGlobalFilters(problems);
  await configure?.(app);

  const stop = stopper({ app, health, logger, telemetry });
  try {
    for (const token of transports) {
      const strategy = app.get<CustomStrategy['strategy']>(token as string, { strict: false });
      app.connectMicroservice<CustomStrategy>({ strategy });
    }
    await listen(app, settings);
    await app.startAllMicroservices();
  } catch (error) {
    await stop();
    throw error;
  }
  started = true;
  const url = (await app.getUrl()).replace('[::]', '127.0.0.1').replace('0.0.0.0', '127.0.0.1');
  const release = options.ownsProcess === false ? (): void => undefined : ownProcess({ stop, logger });
  logger.info({ url }, 'listening');
  return {
    app,
    url,
    stop: async () => {
      release();
      await stop();
    },
  };
}

async function listen(app: NestFastifyApplication, { host, port }: CommonSettings): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EADDRINUSE') throw new SettingsError(`POSTHORN_PORT ${port}: the port is taken on ${host}`);
    if (code === 'EACCES') throw new SettingsError(`POSTHORN_PORT ${port}: this user may not listen there`);
    if (code === 'EADDRNOTAVAIL')
      throw new SettingsError(`POSTHORN_HOST ${host}: not an address of this machine`);
    throw error;
  }
}

/** Not ready from now on; what runs may finish, for ten seconds. */
function stopper({
  app,
  health,
  logger,
  telemetry,
}: {
  app: NestFastifyApplication;
  health: HealthRegistry;
  logger: Logger;
  telemetry: Telemetry;
}) {
  let stopping: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    health.drain();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), stopTimeoutMs);
    });
    const outcome = await Promise.race([app.close().then(() => 'closed' as const), late]);
    clearTimeout(timer);
    if (outcome === 'late') {
      logger.error({ stopTimeoutMs }, 'not everything stopped in time');
      app.getHttpServer().closeAllConnections();
    }
    await telemetry.stop(telemetryTimeoutMs);
    if (outcome === 'closed') logger.info('stopped');
  };
  return (): Promise<void> => (stopping ??= run());
}

/**
 * SIGTERM and SIGINT stop the service, a second one ends the process at once. What nobody caught ends it
 * too.
 */
function ownProcess({ stop, logger }: { stop: () => Promise<void>; logger: Logger }): () => void {
  let signalled = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signalled) process.exit(1);
    signalled = true;
    logger.info({ signal }, 'stopping');
    stop().then(
      () => process.exit(0),
      (err: unknown) => {
        logger.error({ err }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  const onFatal = (err: unknown): void => {
    logger.fatal({ err }, 'uncaught error');
    process.exit(1);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('uncaughtException', onFatal).on('unhandledRejection', onFatal);
  return () => {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    process.off('uncaughtException', onFatal).off('unhandledRejection', onFatal);
  };
}

/**
 * For main.ts: what keeps a service from starting is one line on stderr, with a stack only when it is our
 * fault.
 */
export async function runMain(start: () => Promise<unknown>): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`${explanation(error)}\n`);
    process.exit(1);
  }
}

function explanation(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  if (error instanceof SettingsError || error instanceof StartError) return error.message;
  // kafkajs names every error of its own so.
  if (error.name.startsWith('KafkaJS')) return `Kafka (KAFKA_BROKERS): ${error.message}`;
  return error.stack ?? error.message;
}
