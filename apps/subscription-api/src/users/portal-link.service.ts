import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { newId } from '@posthorn/domain';
import { AppError, isRepeat, type SessionRole } from '@posthorn/runtime';
import { EventStore, type Author, type Written } from '../aggregates/event.store.js';
import type { PageRequest } from '../requests/page.js';
import { type PortalLink, sessionEndOf } from './portal-link.js';
import { PortalLinkStore } from './portal-link.store.js';

const usableMax = 1_000;

export type LinkWish = { role: SessionRole; expiresInS: number; sessionS: number };

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Links that let somebody into the portal of one tenant, once. Their tokens are kept as hashes. */
@Injectable()
export class PortalLinkService {
  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(PortalLinkStore) private readonly links: PortalLinkStore,
  ) {}

  page(tenantId: string, page: PageRequest): Promise<PortalLink[]> {
    return this.links.page(tenantId, page);
  }

  create(
    tenantId: string,
    author: Author,
    { role, expiresInS, sessionS }: LinkWish,
  ): Promise<Written<{ link: PortalLink; token: string }>> {
    const place = { id: newId('lnk', randomBytes(17)), tenantId };
    const token = `pl_${randomBytes(32).toString('base64url')}`;
    return this.events.write(tenantId, author, async (write) => {
      if ((await this.links.countUsable(tenantId, write)) >= usableMax)
        throw new AppError('limit-reached', `At most ${usableMax} links that were not used.`);
      const expiresAt = new Date(Date.now() + expiresInS * 1000).toISOString();
      const payload = { role, hash: hashOf(token), expiresAt, sessionS };
      return { link: await this.links.append(write, place, [{ type: 'created', payload }]), token };
    });
  }

  /** It lets nobody in any more, and whom it let in is out. @throws AppError `not-found` */
  revoke(tenantId: string, author: Author, id: string): Promise<Written<PortalLink>> {
    return this.events.write(tenantId, author, async (write) => {
      const link = await this.links.find(id, write);
      if (!link || link.tenantId !== tenantId) throw new AppError('not-found', 'No such link.');
      if (link.revokedAt !== null) return link;
      return this.links.append(write, link, [{ type: 'revoked', payload: {} }], link);
    });
  }

  /**
   * Once; repeated under its `Idempotency-Key` it is the same use.
   *
   * @throws AppError `unauthorized` for one that is used, over, revoked or unknown
   */
  async use(token: string, origin: string): Promise<PortalLink> {
    const known = await this.links.findByHash(hashOf(token));
    if (!known) throw spent();
    const { value } = await this.events.write(known.tenantId, { actor: known.id, origin }, async (write) => {
      const link = await this.links.find(known.id, write);
      if (!link || link.revokedAt !== null) throw spent();
      if (link.usedAt === null && Date.parse(link.expiresAt) > Date.now())
        return this.links.append(write, link, [{ type: 'used', payload: {} }], link);
      if (isRepeat() && (sessionEndOf(link) ?? 0) > Date.now()) return link;
      throw spent();
    });
    return value;
  }

  /** Whether a session that a link made still holds. */
  async holds(id: string): Promise<boolean> {
    const link = await this.links.find(id);
    return link !== undefined && link.usedAt !== null && link.revokedAt === null;
  }
}

const spent = (): AppError => new AppError('unauthorized', 'This link was used, or is over.');
