import type { PortalLink } from '../../api/types';

type LinkWords = 'links.revoked' | 'links.used' | 'links.usable' | 'links.over';
type SessionWords = 'links.sessionEnds' | 'links.sessionEnded';

export type LinkState = {
  /** What the link is, and since or until when. */
  link: { words: LinkWords; at: string };
  /** The session that it made, and until when; undefined where it made none. */
  session: { words: SessionWords; at: string } | undefined;
  /** Whether there is anything to revoke. */
  isLive: boolean;
};

/** A link and the session that it opens are two things: each has a life of its own. */
export function stateOf(link: Omit<PortalLink, 'id' | 'role' | 'createdBy'>, nowMs: number): LinkState {
  const { revokedAt, usedAt, expiresAt } = link;
  const isUsable = Date.parse(expiresAt) > nowMs;
  const session = usedAt === null ? undefined : sessionOf(link, nowMs);
  if (revokedAt !== null) return { link: { words: 'links.revoked', at: revokedAt }, session, isLive: false };
  if (usedAt !== null) {
    const isLive = session?.words === 'links.sessionEnds';
    return { link: { words: 'links.used', at: usedAt }, session, isLive };
  }
  return {
    link: { words: isUsable ? 'links.usable' : 'links.over', at: expiresAt },
    session,
    isLive: isUsable,
  };
}

function sessionOf(
  { revokedAt, sessionEndsAt }: Pick<PortalLink, 'revokedAt' | 'sessionEndsAt'>,
  nowMs: number,
): LinkState['session'] {
  if (sessionEndsAt === null) return undefined;
  // Revoking the link ends it, too.
  const endsAt = revokedAt !== null && revokedAt < sessionEndsAt ? revokedAt : sessionEndsAt;
  return { words: Date.parse(endsAt) > nowMs ? 'links.sessionEnds' : 'links.sessionEnded', at: endsAt };
}
