import {
  Body,
  Controller,
  Delete,
  Get,
  Inject,
  Param,
  Post,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { IdempotencyInterceptor, validate, Takes } from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import { CurrentAuthor, CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { type Author } from '../aggregates/event.store.js';
import { answer, answerEmpty, listOf, type List } from '../answer.js';
import { type Tenant } from '../tenants/tenant.js';
import { shapes } from '../request-shapes.js';
import { NewOperatorBody, NewUserBody, userView, type UserView } from './user.dto.js';
import { UserService } from './user.service.js';

/** Operators: made by operators, or with the operator's key. */
@Controller('v1/users')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class OperatorController {
  constructor(@Inject(UserService) private readonly users: UserService) {}

  @Post()
  @Takes(shapes.operator)
  @Needs('manage', { tenant: 'none' })
  async create(
    @CurrentAuthor() author: Author,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView> {
    const { email, name, password } = validate(NewOperatorBody, body);
    const wanted = { email: email.toLowerCase(), name, password, role: 'operator' } as const;
    return answer(reply, 201, await this.users.create(null, author, wanted), userView);
  }

  @Get()
  @Needs('read', { tenant: 'none' })
  async list(): Promise<List<UserView>> {
    return listOf((await this.users.list(null)).map(userView));
  }

  @Delete(':userId')
  @Needs('manage', { tenant: 'none' })
  async remove(
    @CurrentAuthor() author: Author,
    @Param('userId') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    answerEmpty(reply, await this.users.remove(null, author, id));
  }
}

/** A tenant's people. */
@Controller('v1/tenants/:tenantId/users')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class UserController {
  constructor(@Inject(UserService) private readonly users: UserService) {}

  @Post()
  @Takes(shapes.user)
  @Needs('manage')
  async create(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView> {
    const { email, name, password, role } = validate(NewUserBody, body);
    const wanted = { email: email.toLowerCase(), name, password, role };
    return answer(reply, 201, await this.users.create(tenant.id, author, wanted), userView);
  }

  @Get()
  @Needs('read')
  async list(@CurrentTenant() tenant: Tenant): Promise<List<UserView>> {
    return listOf((await this.users.list(tenant.id)).map(userView));
  }

  @Delete(':userId')
  @Needs('manage')
  async remove(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Param('userId') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    answerEmpty(reply, await this.users.remove(tenant.id, author, id));
  }
}
