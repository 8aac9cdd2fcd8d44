import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { KeyHolder } from '@posthorn/domain';
import { encodeKeyUse, keyUsesTopic } from '@posthorn/contracts';
import type { OutRecord } from '@posthorn/messaging';
import { apiKeyOf, KeyUseNotes, RateLimits } from '@posthorn/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { unavailable } from './ack-wait.js';
import { DirectoryClient } from './directory.client.js';
import { EventIngestSettings } from './event-ingest.config.js';
import { EventLog } from './event-log.client.js';
import { mayPublish } from './publisher.js';

export const bodyMaxBytes = 5 * 1024 * 1024;
const url = '/v1/events';

const holders = new WeakMap<FastifyRequest, KeyHolder>();

/** Who published it: there for every request that reached the controller. */
export function holderOf(request: FastifyRequest): KeyHolder {
  return holders.get(request)!;
}

/**
 * What Nest cannot say of a route: its own body limit, and that the key is checked before the body is read —
 * nobody without a key makes us read, keep and parse 5 MiB. Made before Nest registers the routes.
 */
@Injectable()
export class PublishRoute {
  private readonly limits: RateLimits;
  private readonly uses: KeyUseNotes;

  constructor(
    host: HttpAdapterHost,
    private readonly directory: DirectoryClient,
    private readonly log: EventLog,
    settings: EventIngestSettings,
  ) {
    this.limits = new RateLimits({ perAddress: settings.ratePerAddress, perCaller: settings.ratePerKey });
    this.uses = new KeyUseNotes((keyId, at) => void this.log.offerAll([keyUse(keyId, at)]));
    const fastify = host.httpAdapter.getInstance() as FastifyInstance;
    fastify.addHook('onRoute', (route) => {
      if (route.url !== url || route.method !== 'POST') return;
      route.bodyLimit = bodyMaxBytes;
      // A dozen headers for browsers, on answers to machines: they cost more than the event's own checks.
      Object.assign(route, { helmet: false });
      route.onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
        reply.header('x-content-type-options', 'nosniff');
        holders.set(request, await this.admit(request));
      };
    });
  }

  private async admit({ headers, ip }: FastifyRequest): Promise<KeyHolder> {
    this.limits.takeAddress(ip);
    if (!this.directory.usable)
      throw unavailable('keys and tenants are not known yet, or not known any more');
    if (!this.log.open) throw unavailable('Kafka is away');
    const key = apiKeyOf(headers);
    let holder = key === undefined ? undefined : this.directory.authenticate(key);
    // The key may be younger than what we have read of the directory.
    if (key !== undefined && !holder) {
      if (!(await this.directory.readToEnd())) throw unavailable('the directory of keys cannot be read');
      holder = this.directory.authenticate(key);
    }
    const publisher = mayPublish(holder);
    this.limits.takeCaller(publisher.keyId);
    this.uses.note(publisher.keyId);
    return publisher;
  }
}

/** Nobody waits for it: one that is lost is told again a minute later. */
const keyUse = (keyId: string, at: number): OutRecord => ({
  ...{ topic: keyUsesTopic.name, partition: 0, key: keyId, value: encodeKeyUse({ keyId, at }) },
});
