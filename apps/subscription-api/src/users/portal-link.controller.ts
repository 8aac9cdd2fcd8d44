import {
  Body,
  Controller,
  Delete,
  Get,
  Inject,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { IdempotencyInterceptor, validate, Takes, type SessionRole } from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import { type Caller, CurrentAuthor, CurrentCaller, CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { refuseRole } from '../access/giving.js';
import { type Author } from '../aggregates/event.store.js';
import { answer, answerEmpty, type List } from '../answer.js';
import { shapes } from '../request-shapes.js';
import { Lists, pageOf, readPage } from '../requests/page.js';
import { type Tenant } from '../tenants/tenant.js';
import { type PortalLink, sessionEndOf } from './portal-link.js';
import { PortalLinkService } from './portal-link.service.js';
import { NewLinkBody } from './user.dto.js';

export type PortalLinkView = {
  id: string;
  role: SessionRole;
  createdAt: string;
  /** The id of the key, the user or the link that made it. */
  createdBy: string;
  /** Until when it can be used. */
  expiresAt: string;
  /** How long its session lasts. */
  sessionS: number;
  usedAt: string | null;
  /** When the session that it made ends at the latest. */
  sessionEndsAt: string | null;
  revokedAt: string | null;
};

/** Links that let somebody in once. They are listed until a day after they can be used. */
@Controller('v1/tenants/:tenantId/portal-links')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class PortalLinkController {
  constructor(@Inject(PortalLinkService) private readonly links: PortalLinkService) {}

  /** A quarter of an hour to use it, an hour's session then, reading only: where nothing else is said. */
  @Post()
  @Takes(shapes.portalLink, { required: false })
  @Needs('manage')
  async create(
    @CurrentTenant() { id: tenantId }: Tenant,
    @CurrentCaller() caller: Caller,
    @CurrentAuthor() author: Author,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PortalLinkView & { token: string }> {
    // null is a word for "not given", too.
    const { role, expiresInS, sessionS } = validate(NewLinkBody, body ?? {});
    const wish = {
      role: role ?? 'tenant-viewer',
      expiresInS: expiresInS ?? 900,
      sessionS: sessionS ?? 3600,
    } as const;
    refuseRole(caller, wish.role);
    const written = await this.links.create(tenantId, author, wish);
    return answer(reply, 201, written, ({ link, token }) => ({ ...viewOf(link), token }));
  }

  /** Newest first, without their tokens. */
  @Get()
  @Lists()
  @Needs('read')
  async list(
    @CurrentTenant() { id: tenantId }: Tenant,
    @Query() query: Record<string, unknown>,
  ): Promise<List<PortalLinkView>> {
    const page = readPage(query);
    const placeOf = ({ createdAt: at, id }: PortalLink) => ({ at, id });
    return pageOf(await this.links.page(tenantId, page), page, placeOf, viewOf);
  }

  /** Ends its session, too. */
  @Delete(':linkId')
  @Needs('manage')
  async revoke(
    @CurrentTenant() { id: tenantId }: Tenant,
    @CurrentAuthor() author: Author,
    @Param('linkId') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    answerEmpty(reply, await this.links.revoke(tenantId, author, id));
  }
}

function viewOf(link: PortalLink): PortalLinkView {
  const { id, role, createdAt, createdBy, expiresAt, sessionS, usedAt, revokedAt } = link;
  const endMs = sessionEndOf(link);
  const sessionEndsAt = endMs === null ? null : new Date(endMs).toISOString();
  return { id, role, createdAt, createdBy, expiresAt, sessionS, usedAt, sessionEndsAt, revokedAt };
}
