import { Inject, Injectable } from '@nestjs/common';
import { ApiKeyService } from './keys/api-key.service.js';
import { SubscriptionApiSettings } from './subscription-api.config.js';
import { SessionService } from './users/session.service.js';

/** What has to be known before anybody calls: the operator's key, and what sessions are verified with. */
@Injectable()
export class FirstEntries {
  constructor(
    @Inject(SubscriptionApiSettings) private readonly settings: SubscriptionApiSettings,
    @Inject(ApiKeyService) private readonly keys: ApiKeyService,
    @Inject(SessionService) private readonly sessions: SessionService,
  ) {}

  /** Changes nothing where they stand as they should. */
  async ensure(): Promise<void> {
    await this.keys.ensureOperatorKey(this.settings.adminKey);
    await this.sessions.ensureAnnounced();
  }
}
