import type { Page } from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import type { Written } from './aggregates/event.store.js';

/** No request of this API needs more. */
export const bodyMaxBytes = 64 * 1024;

export type List<T> = Page<T>;

export function listOf<T>(items: T[], nextCursor: string | null = null): List<T> {
  return { items, nextCursor };
}

/**
 * The change is made either way. Until Kafka has it, 202 says that it will take effect soon, in the same
 * words.
 */
export function answer<T, V>(
  reply: FastifyReply,
  status: number,
  written: Written<T>,
  view: (value: T) => V,
): V {
  reply.status(written.relayed ? status : 202);
  return view(written.value);
}

/** For changes that leave nothing to say. */
export function answerEmpty(reply: FastifyReply, { relayed }: Written<unknown>): void {
  reply.status(relayed ? 204 : 202);
}
