import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { IdempotencyInterceptor, validate, Takes, type ServiceRequest } from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import { type Caller, CurrentAuthor, CurrentCaller, CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { refuseRole } from '../access/giving.js';
import { type Author, type Written } from '../aggregates/event.store.js';
import { answer, answerEmpty, type List } from '../answer.js';
import { etagOf, IfMatch, type Precondition } from '../requests/precondition.js';
import { type Tenant } from '../tenants/tenant.js';
import { shapes } from '../request-shapes.js';
import { byAge, Lists, pageOfWhole } from '../requests/page.js';
import {
  ChangeOperatorBody,
  ChangeUserBody,
  NewOperatorBody,
  NewUserBody,
  userView,
  type NewPasswordView,
  type UserView,
} from './user.dto.js';
import type { User } from './user.js';
import { UserService, type UserChange } from './user.service.js';

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

  /** Oldest first. */
  @Get()
  @Lists()
  @Needs('read', { tenant: 'none' })
  async list(@Query() query: Record<string, unknown>): Promise<List<UserView>> {
    return pageOfWhole(await this.users.list(null), query, byAge, userView);
  }

  @Get(':userId')
  @Needs('read', { tenant: 'none' })
  async find(
    @Param('userId') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView> {
    const user = await this.users.find(null, id);
    reply.header('etag', etagOf(user.version));
    return userView(user);
  }

  /** Name. */
  @Patch(':userId')
  @Takes(shapes.operatorChanged)
  @Needs('manage', { tenant: 'none' })
  async change(
    @CurrentAuthor() author: Author,
    @IfMatch() precondition: Precondition | undefined,
    @Req() { params, body }: ServiceRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView> {
    const change = { ...given(validate(ChangeOperatorBody, body)), precondition };
    return changed(reply, await this.users.change(null, author, userIdOf(params), change));
  }

  /** Makes a new one, answers it this once, and ends the sessions of the user. */
  @Post(':userId/password')
  @HttpCode(200)
  @Needs('manage', { tenant: 'none' })
  async resetPassword(
    @CurrentAuthor() author: Author,
    @Param('userId') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewPasswordView> {
    const written = await this.users.resetPassword(null, author, id);
    return answer(reply, 200, written, ({ user, password }) => ({ id: user.id, password }));
  }

  @Delete(':userId')
  @Needs('manage', { tenant: 'none' })
  async remove(
    @CurrentAuthor() author: Author,
    @Param('userId') id: string,
    @IfMatch() precondition: Precondition | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    answerEmpty(reply, await this.users.remove(null, author, id, precondition));
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
    @CurrentCaller() caller: Caller,
    @CurrentAuthor() author: Author,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView> {
    const { email, name, password, role } = validate(NewUserBody, body);
    refuseRole(caller, role);
    const wanted = { email: email.toLowerCase(), name, password, role };
    return answer(reply, 201, await this.users.create(tenant.id, author, wanted), userView);
  }

  /** Oldest first. */
  @Get()
  @Lists()
  @Needs('read')
  async list(
    @CurrentTenant() tenant: Tenant,
    @Query() query: Record<string, unknown>,
  ): Promise<List<UserView>> {
    return pageOfWhole(await this.users.list(tenant.id), query, byAge, userView);
  }

  @Get(':userId')
  @Needs('read')
  async find(
    @CurrentTenant() tenant: Tenant,
    @Param('userId') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView> {
    const user = await this.users.find(tenant.id, id);
    reply.header('etag', etagOf(user.version));
    return userView(user);
  }

  /** Name and role; another role ends the sessions of the user. */
  @Patch(':userId')
  @Takes(shapes.userChanged)
  @Needs('manage')
  async change(
    @CurrentTenant() tenant: Tenant,
    @CurrentCaller() caller: Caller,
    @CurrentAuthor() author: Author,
    @IfMatch() precondition: Precondition | undefined,
    @Req() { params, body }: ServiceRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView> {
    const change = { ...given(validate(ChangeUserBody, body)), precondition };
    if (change.role) refuseRole(caller, change.role);
    return changed(reply, await this.users.change(tenant.id, author, userIdOf(params), change));
  }

  /** Makes a new one, answers it this once, and ends the sessions of the user. */
  @Post(':userId/password')
  @HttpCode(200)
  @Needs('manage')
  async resetPassword(
    @CurrentTenant() tenant: Tenant,
    @CurrentCaller() caller: Caller,
    @CurrentAuthor() author: Author,
    @Param('userId') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewPasswordView> {
    // Who has the password is that user, whoever it is.
    refuseRole(caller, 'tenant-admin');
    const written = await this.users.resetPassword(tenant.id, author, id);
    return answer(reply, 200, written, ({ user, password }) => ({ id: user.id, password }));
  }

  @Delete(':userId')
  @Needs('manage')
  async remove(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Param('userId') id: string,
    @IfMatch() precondition: Precondition | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    answerEmpty(reply, await this.users.remove(tenant.id, author, id, precondition));
  }
}

function changed(reply: FastifyReply, written: Written<User>): UserView {
  reply.header('etag', etagOf(written.value.version));
  return answer(reply, 200, written, userView);
}

/** null is a word for "not given", too. */
const given = ({ name, role }: ChangeUserBody): UserChange => ({
  ...(name ? { name } : {}),
  ...(role ? { role } : {}),
});

const userIdOf = (params: unknown): string => (params as { userId: string }).userId;
