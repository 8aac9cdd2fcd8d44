import { Injectable } from '@nestjs/common';
import { subscriptionKey } from '@posthorn/contracts';
import { healthOf, type Health, type KnownLane } from './health.js';

@Injectable()
export class LaneHealth {
  private readonly lanes = new Map<string, Map<string, KnownLane>>();

  of(tenantId: string, subscriptionId: string): Health {
    return healthOf(this.lanes.get(subscriptionKey(tenantId, subscriptionId))?.values() ?? []);
  }
}
