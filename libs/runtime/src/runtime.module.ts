import { Module, type DynamicModule } from '@nestjs/common';
import { HealthModule, HealthRegistry } from './health.js';
import type { Logger } from './logging.js';

/** Injection token of the process's Logger. */
export const LOGGER = Symbol('posthorn.logger');

/**
 * The only global module: logger and health of the process. startService imports it; tests of a module do
 * it themselves.
 */
@Module({})
export class RuntimeModule {
  static register({
    logger,
    health = new HealthRegistry(),
  }: {
    logger: Logger;
    health?: HealthRegistry;
  }): DynamicModule {
    return {
      module: RuntimeModule,
      global: true,
      imports: [HealthModule],
      providers: [
        { provide: LOGGER, useValue: logger },
        { provide: HealthRegistry, useValue: health },
      ],
      exports: [LOGGER, HealthRegistry],
    };
  }
}
