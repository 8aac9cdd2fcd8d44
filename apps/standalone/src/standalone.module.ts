import { DeliveryLogModule, DeliveryLogSettings } from '@posthorn/delivery-log';
import { DispatcherModule, DispatcherSettings } from '@posthorn/dispatcher';
import { EventIngestModule, EventIngestSettings } from '@posthorn/event-ingest';
import { RetrySchedulerModule, RetrySchedulerSettings } from '@posthorn/retry-scheduler';
import { loadSettings } from '@posthorn/runtime';
import { SubscriptionApiModule, SubscriptionApiSettings } from '@posthorn/subscription-api';
import { type DynamicModule, Module } from '@nestjs/common';

/** The five services in one process. Each keeps its own settings, connections, consumer group and schema. */
@Module({})
export class StandaloneModule {
  static register(env: NodeJS.ProcessEnv): DynamicModule {
    return {
      module: StandaloneModule,
      imports: [
        SubscriptionApiModule.register(loadSettings(SubscriptionApiSettings, env)),
        EventIngestModule.register(loadSettings(EventIngestSettings, env)),
        DispatcherModule.register(loadSettings(DispatcherSettings, env)),
        RetrySchedulerModule.register(loadSettings(RetrySchedulerSettings, env)),
        DeliveryLogModule.register(loadSettings(DeliveryLogSettings, env)),
      ],
    };
  }
}
