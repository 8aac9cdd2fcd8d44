import { Body, Controller, HttpCode, Inject, Param, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { compileFilter, profileOf } from '@posthorn/domain';
import { compileExpression, IdempotencyInterceptor, validate, Takes } from '@posthorn/runtime';
import { Allow } from 'class-validator';
import { CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { isObject, isPlainText, Problems } from '../problems.js';
import { type Tenant } from '../tenants/tenant.js';
import { shapes } from '../request-shapes.js';
import { readFilter } from './filter-rules.js';
import { SubscriptionService } from './subscription.service.js';

class MatchBody {
  @Allow() event?: unknown;
  /** Tried instead of the one it has. */
  @Allow() filter?: unknown;
}

export type MatchView = { matches: boolean; asked: boolean; holds: boolean };

/** "Does this event match": decided by the same code as the dispatcher's, and nothing is sent. */
@Controller('v1/tenants/:tenantId/subscriptions')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class SubscriptionMatchController {
  constructor(@Inject(SubscriptionService) private readonly subscriptions: SubscriptionService) {}

  /** `asked`: by types or entities; `holds`: the expression. */
  @Post(':id/match')
  @Takes(shapes.match)
  @HttpCode(200)
  @Needs('read')
  async match(
    @CurrentTenant() tenant: Tenant,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<MatchView> {
    const { filter: current } = await this.subscriptions.find(tenant, id);
    const { event, filter } = validate(MatchBody, body);
    const problems = new Problems();
    const wanted = filter === undefined ? current : readFilter(filter, profileOf(tenant.profile), problems);
    const looked = readEvent(event, problems);
    problems.throwIfAny();
    const { expression, ...rest } = wanted!;
    const asked = compileFilter(rest)(looked);
    const holds = expression === undefined || compileExpression(expression)(looked);
    return { matches: asked && holds, asked, holds };
  }
}

function readEvent(input: unknown, problems: Problems) {
  const { type, entity = null, data } = isObject(input) ? input : {};
  if (!isPlainText(type, 200) || type === '')
    problems.add('/event/type', 'must be a text of 1 to 200 characters');
  const named = isObject(entity) && isPlainText(entity['name'], 200) && isPlainText(entity['id'], 200);
  if (entity !== null && !named) problems.add('/event/entity', 'must be an object with name and id');
  return {
    type: type as string,
    entity: entity as { name: string; id: string } | null,
    data: Buffer.from(data === undefined ? '' : JSON.stringify(data)),
  };
}
