import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { defaultEgressSettings, EgressClient } from '@posthorn/egress';
import { KafkaConnection } from '@posthorn/messaging';
import {
  Database,
  IdempotencyInterceptor,
  IdempotencyStore,
  kafkaLog,
  kafkaSettings,
  KeyRing,
  LOGGER,
  SettingsError,
  type Logger,
  Metrics,
} from '@posthorn/runtime';
import { AccessGuard } from './access/access.guard.js';
import { EventStore } from './aggregates/event.store.js';
import { ApiKeyController } from './keys/api-key.controller.js';
import { ApiKeyService } from './keys/api-key.service.js';
import { ApiKeyStore } from './keys/api-key.store.js';
import { DirectoryKeeper } from './directory/directory-keeper.service.js';
import { LogFollower } from './log-follower.client.js';
import { DisablingService } from './lanes/disabling.service.js';
import { FailingWatch } from './lanes/failing-watch.service.js';
import { LaneHealth } from './lanes/lane-health.projection.js';
import { migrations } from './migrations/index.js';
import { Announcer } from './operational/announcer.service.js';
import { NewsStore } from './operational/news.store.js';
import { Acknowledgements } from './outbox/acknowledgements.js';
import { OutboxBell } from './outbox/outbox-bell.js';
import { OutboxRelayService } from './outbox/outbox-relay.service.js';
import { RecordProducer } from './outbox/record-producer.client.js';
import { RootController } from './root.controller.js';
import { ResealController } from './secrets/reseal.controller.js';
import { ResealService } from './secrets/reseal.service.js';
import { SubscriptionApiService } from './subscription-api.service.js';
import { SubscriptionApiSettings } from './subscription-api.config.js';
import { LogPosition } from './subscriptions/log-position.client.js';
import { ReceiverCheck } from './subscriptions/receiver-check.client.js';
import { SubscriptionMatchController } from './subscriptions/subscription-match.controller.js';
import { SubscriptionSecretsController } from './subscriptions/subscription-secrets.controller.js';
import { SubscriptionSecrets } from './subscriptions/subscription-secrets.service.js';
import { SubscriptionOrdersController } from './subscriptions/subscription-orders.controller.js';
import { SubscriptionOrders } from './subscriptions/subscription-orders.service.js';
import { SubscriptionController } from './subscriptions/subscription.controller.js';
import { SubscriptionService } from './subscriptions/subscription.service.js';
import { SubscriptionStore } from './subscriptions/subscription.store.js';
import { WebhookController } from './subscriptions/webhook.controller.js';
import { TenantController } from './tenants/tenant.controller.js';
import { TenantContents } from './tenants/tenant-contents.service.js';
import { TenantService } from './tenants/tenant.service.js';
import { TenantStore } from './tenants/tenant.store.js';
import { AuditController, InstallationAuditController } from './audit/audit.controller.js';
import { AuditNotes } from './audit/audit-notes.service.js';
import { AuditStore } from './audit/audit.store.js';
import { SubscriptionProbeController } from './subscriptions/subscription-probe.controller.js';
import { SubscriptionProbe } from './subscriptions/subscription-probe.service.js';
import { EventTypeController } from './event-types/event-type.controller.js';
import { EventTypeService } from './event-types/event-type.service.js';
import { FirstEntries } from './first-entries.service.js';
import { KeyUses } from './keys/key-uses.service.js';
import { Passwords } from './users/password.js';
import { PasswordThrottle } from './users/password-throttle.js';
import { PortalLinkController } from './users/portal-link.controller.js';
import { PortalLinkService } from './users/portal-link.service.js';
import { PortalLinkStore } from './users/portal-link.store.js';
import { SessionController } from './users/session.controller.js';
import { SessionService } from './users/session.service.js';
import { OperatorController, UserController } from './users/user.controller.js';
import { UserService } from './users/user.service.js';
import { UserStore } from './users/user.store.js';

/** A wrong key ring stops the start here, not the first request. */
function adapters(settings: SubscriptionApiSettings): Provider[] {
  return [
    { provide: SubscriptionApiSettings, useValue: settings },
    {
      provide: KeyRing,
      useValue: fromSetting('POSTHORN_SECRET_KEYS', () => KeyRing.parse(settings.secretKeys)),
    },
    { provide: OutboxBell, useValue: new OutboxBell() },
    { provide: Acknowledgements, useValue: new Acknowledgements(settings.acknowledgeTimeoutMs) },
    {
      provide: IdempotencyStore,
      inject: [EventStore, KeyRing],
      useFactory: (events: EventStore, keyRing: KeyRing) => new IdempotencyStore(events, keyRing),
    },
    {
      provide: EgressClient,
      useFactory: () => fromSetting('POSTHORN_EGRESS_PROXY', () => egressClient(settings)),
    },
    {
      provide: KafkaConnection,
      inject: [LOGGER],
      useFactory: (logger: Logger) =>
        new KafkaConnection(kafkaSettings(settings, 'subscription-api'), kafkaLog(logger)),
    },
    {
      provide: Database,
      inject: [LOGGER, Metrics],
      useFactory: (logger: Logger, metrics: Metrics) =>
        new Database({
          url: settings.databaseUrl,
          schema: 'subscription_api',
          migrations,
          poolMax: settings.databasePoolMax,
          startTimeoutMs: settings.databaseStartTimeoutMs,
          logger,
          metrics,
        }),
    },
  ];
}

/** Verifications only: nothing here needs the dispatcher's numbers. */
function egressClient(settings: SubscriptionApiSettings) {
  const { egressAllow: allow, egressHttp: allowHttp, egressDns: servers, egressProxy } = settings;
  const { dns } = defaultEgressSettings;
  const proxy = {
    ...(servers.length > 0 ? { dns: { ...dns, servers } } : {}),
    ...(egressProxy ? { proxyUrl: egressProxy } : {}),
  };
  return new EgressClient({ ...defaultEgressSettings, allow, allowHttp, maxSockets: 256, ...proxy });
}

/** What only its reader can find wrong is a line for the operator, too. */
function fromSetting<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new SettingsError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

@Module({})
export class SubscriptionApiModule {
  static register(settings: SubscriptionApiSettings): DynamicModule {
    return {
      module: SubscriptionApiModule,
      controllers: [
        RootController,
        WebhookController,
        TenantController,
        ApiKeyController,
        SubscriptionController,
        SubscriptionMatchController,
        SubscriptionSecretsController,
        ResealController,
        EventTypeController,
        AuditController,
        InstallationAuditController,
        SubscriptionProbeController,
        OperatorController,
        UserController,
        PortalLinkController,
        SessionController,
        SubscriptionOrdersController,
      ],
      providers: [
        ...adapters(settings),
        ...[EventStore, TenantStore, ApiKeyStore, SubscriptionStore, NewsStore, UserStore, PortalLinkStore],
        ...[
          TenantService,
          TenantContents,
          ApiKeyService,
          SubscriptionService,
          SubscriptionOrders,
          SubscriptionSecrets,
          ResealService,
          UserService,
          Passwords,
          PasswordThrottle,
          PortalLinkService,
          SessionService,
          KeyUses,
          EventTypeService,
          SubscriptionProbe,
          AuditStore,
          AuditNotes,
          FirstEntries,
          ReceiverCheck,
          LogPosition,
          AccessGuard,
          IdempotencyInterceptor,
        ],
        ...[
          RecordProducer,
          OutboxRelayService,
          LogFollower,
          DisablingService,
          Announcer,
          FailingWatch,
          LaneHealth,
          DirectoryKeeper,
          SubscriptionApiService,
        ],
      ],
    };
  }
}
