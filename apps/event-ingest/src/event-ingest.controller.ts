import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { admittedTrace, idempotencyKeyOf, Takes, TakesAs } from '@posthorn/runtime';
import type { FastifyRequest } from 'fastify';
import { type Accepted, EventIngestService } from './event-ingest.service.js';
import { publicationShape } from './publication-shape.js';
import { holderOf } from './publish-route.js';
import { RepeatedRequests } from './repeated-requests.js';

const empty = Buffer.alloc(0);

/** What runtime's body parser and request log add. */
type IncomingRequest = FastifyRequest & { rawBody?: Buffer; logFields?: Record<string, unknown> };

/** `POST /v1/events`. The key was checked before the body was read (PublishRoute). */
@Controller('v1/events')
export class EventIngestController {
  constructor(
    private readonly ingest: EventIngestService,
    private readonly repeated: RepeatedRequests,
  ) {}

  @Post()
  @Takes(publicationShape)
  @TakesAs('application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json')
  @HttpCode(202)
  async publish(@Req() request: IncomingRequest): Promise<Accepted> {
    const { headers, body, rawBody: bytes = empty } = request;
    const holder = holderOf(request);
    request.logFields = { keyId: holder.keyId };
    const key = idempotencyKeyOf(headers);
    const publication = { headers, parsed: body, bytes };
    const accepted = key && this.repeated.compare(holder.keyId, key, publication);
    const answer = await this.ingest.publish(holder, publication, admittedTrace(request));
    if (accepted) accepted();
    request.logFields.events = answer.accepted.length;
    return answer;
  }
}
