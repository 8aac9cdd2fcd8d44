import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Post,
  Req,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import {
  AppError,
  ComparedOnly,
  IdempotencyInterceptor,
  sessionSetCookie,
  sessionTokenOf,
  validate,
  type SessionRole,
  Takes,
} from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import {
  CurrentAuthor,
  CurrentCaller,
  Needs,
  Open,
  type Caller,
  type GuardedRequest,
} from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { type Author } from '../aggregates/event.store.js';
import { SubscriptionApiSettings } from '../subscription-api.config.js';
import { shapes } from '../request-shapes.js';
import { SessionService } from './session.service.js';
import { LinkBody, LogInBody, PasswordBody } from './user.dto.js';
import { UserService } from './user.service.js';

export type SessionView = {
  id: string;
  tenantId: string | null;
  role?: SessionRole;
  scopes: readonly string[];
};

/**
 * The portal's login. Tokens travel in a cookie that scripts cannot read, and are kept nowhere: under a known
 * `Idempotency-Key` a log-in is compared and carried out again.
 */
@Controller('v1/session')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class SessionController {
  constructor(
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(UserService) private readonly users: UserService,
    @Inject(SubscriptionApiSettings) private readonly settings: SubscriptionApiSettings,
  ) {}

  @Post()
  @Takes(shapes.logIn)
  @HttpCode(200)
  @Open()
  @ComparedOnly()
  async logIn(
    @Body() body: unknown,
    @Req() request: GuardedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ id: string; tenantId: string | null; role: SessionRole }> {
    const { email, password } = validate(LogInBody, body);
    const { user, token } = await this.sessions.logIn(email.toLowerCase(), password, request.ip);
    this.give(reply, token);
    return { id: user.id, tenantId: user.tenantId, role: user.role };
  }

  @Post('link')
  @Takes(shapes.link)
  @HttpCode(200)
  @Open()
  @ComparedOnly()
  async useLink(
    @Body() body: unknown,
    @Req() request: GuardedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ id: string; tenantId: string | null; role: SessionRole }> {
    const { session, token } = await this.sessions.useLink(validate(LinkBody, body).token, request.ip);
    this.give(reply, token);
    return { id: session.subject, tenantId: session.tenantId, role: session.role };
  }

  @Get()
  @Needs('read', { tenant: 'self' })
  find(@CurrentCaller() { keyId, tenantId, scopes, role }: Caller): SessionView {
    return { id: keyId, tenantId, ...(role ? { role } : {}), scopes };
  }

  @Delete()
  @HttpCode(204)
  @Open()
  async logOut(
    @Req() { method, headers }: GuardedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const token = sessionTokenOf(method, headers);
    if (token !== undefined) await this.sessions.logOut(token);
    this.give(reply, '');
  }

  /** Ends every other session of the user. */
  @Post('password')
  @Takes(shapes.password)
  @HttpCode(204)
  @Needs('read', { tenant: 'self' })
  async changePassword(
    @CurrentCaller() caller: Caller,
    @CurrentAuthor() author: Author,
    @Body() body: unknown,
    @Req() { ip }: GuardedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    if (!caller.keyId.startsWith('usr_')) throw new AppError('forbidden', 'Only a user has a password.');
    const { current, new: next } = validate(PasswordBody, body);
    const { value } = await this.users.changePassword(caller.keyId, author, { current, next, address: ip });
    this.give(reply, await this.sessions.renew(value));
  }

  private give(reply: FastifyReply, token: string): void {
    reply.header('set-cookie', sessionSetCookie(token, { secure: this.settings.cookieSecure }));
  }
}
