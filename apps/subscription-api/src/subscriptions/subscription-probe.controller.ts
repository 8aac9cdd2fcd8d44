import { Body, Controller, HttpCode, Inject, Param, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { profileOf } from '@posthorn/domain';
import { IdempotencyInterceptor, validate, Takes } from '@posthorn/runtime';
import { Allow, IsObject, IsString, MaxLength } from 'class-validator';
import { type Caller, CurrentCaller, CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { isObject, isPlainText, Problems } from '../problems.js';
import { type Tenant } from '../tenants/tenant.js';
import { shapes } from '../request-shapes.js';
import {
  SubscriptionProbe,
  type Probe,
  type ProbeEvent,
  type Rendered,
} from './subscription-probe.service.js';
import { SubscriptionService } from './subscription.service.js';

class ProbeBody {
  @Allow() type?: unknown;
  @Allow() entity?: unknown;
  @Allow() data?: unknown;
}

class ReceivedBody {
  @IsObject()
  headers: Record<string, unknown>;

  /** The bytes as they came, as text. */
  @IsString()
  @MaxLength(48 * 1024)
  body: string;
}

/** Trying a subscription out. */
@Controller('v1/tenants/:tenantId/subscriptions/:id')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class SubscriptionProbeController {
  constructor(
    @Inject(SubscriptionService) private readonly subscriptions: SubscriptionService,
    @Inject(SubscriptionProbe) private readonly probe: SubscriptionProbe,
  ) {}

  /** Sends one event to the receiver, once, and answers with the attempt. */
  @Post('test')
  @Takes(shapes.probe, { required: false })
  @HttpCode(200)
  @Needs('manage')
  async test(
    @CurrentTenant() tenant: Tenant,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<Probe> {
    return this.probe.send(await this.subscriptions.find(tenant, id), wantedEvent(tenant, body));
  }

  /** The same request, without sending it; for who may not change a webhook without what proves it. */
  @Post('render')
  @Takes(shapes.probe, { required: false })
  @HttpCode(200)
  @Needs('read')
  async render(
    @CurrentTenant() tenant: Tenant,
    @CurrentCaller() { scopes }: Caller,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<Rendered> {
    const state = await this.subscriptions.find(tenant, id);
    return this.probe.render(state, wantedEvent(tenant, body), { isSigned: scopes.includes('manage') });
  }

  /** Whether a request that somebody received came from here, and whole. */
  @Post('verify-signature')
  @Takes(shapes.received)
  @HttpCode(200)
  @Needs('read')
  async verify(
    @CurrentTenant() tenant: Tenant,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<{ valid: boolean }> {
    const state = await this.subscriptions.find(tenant, id);
    const { headers, body: text } = validate(ReceivedBody, body);
    const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string';
    const known = Object.fromEntries(Object.entries(headers).filter(isText));
    return { valid: this.probe.verify(state, { headers: known, body: text }) };
  }
}

function wantedEvent(tenant: Tenant, input: unknown): ProbeEvent {
  const { type, entity, data } = validate(ProbeBody, input ?? {});
  const problems = new Problems();
  const { eventTypes } = profileOf(tenant.profile);
  if (type !== undefined && (!isPlainText(type, 200) || type === ''))
    problems.add('/type', 'must be a text of 1 to 200 characters');
  else if (eventTypes && typeof type === 'string' && !eventTypes.includes(type))
    problems.add('/type', `is not one of ${eventTypes.join(', ')}`);
  const isNamed = isObject(entity) && isPlainText(entity['name'], 200) && isPlainText(entity['id'], 200);
  if (entity !== undefined && entity !== null && !isNamed)
    problems.add('/entity', 'must be an object with name and id');
  problems.throwIfAny();
  return {
    ...(type === undefined ? {} : { type: type as string }),
    ...(entity === undefined ? {} : { entity: entity as ProbeEvent['entity'] }),
    ...(data === undefined ? {} : { data }),
  };
}
