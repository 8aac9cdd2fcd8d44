import { Module, type DynamicModule } from '@nestjs/common';
import { HealthModule, HealthRegistry } from './health.js';
import type { Logger } from './logging.js';
import { Metrics } from './telemetry/metrics.js';
import { Spans } from './telemetry/spans.js';

/** Injection token of the process's Logger. */
export const LOGGER = Symbol('posthorn.logger');

/**
 * The only global module: logger, health, metrics and spans of the process. startService imports it; tests
 * of a module do it themselves.
 */
@Module({})
export class RuntimeModule {
  static register({
    logger,
    health = new HealthRegistry(),
    metrics = new Metrics(),
    spans = new Spans(undefined, 0),
  }: {
    logger: Logger;
    health?: HealthRegistry;
    metrics?: Metrics;
    spans?: Spans;
  }): DynamicModule {
    return {
      module: RuntimeModule,
      global: true,
      imports: [HealthModule],
      providers: [
        { provide: LOGGER, useValue: logger },
        { provide: HealthRegistry, useValue: health },
        { provide: Metrics, useValue: metrics },
        { provide: Spans, useValue: spans },
      ],
      exports: [LOGGER, HealthRegistry, Metrics, Spans],
    };
  }
}
