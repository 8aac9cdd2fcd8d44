import { Body, Controller, Delete, Get, Inject, Param, Put, Query, Res, UseGuards } from '@nestjs/common';
import { profileOf } from '@posthorn/domain';
import {
  AppError,
  compileSchema,
  JsonSchemaError,
  validate,
  type JsonSchema,
  Takes,
} from '@posthorn/runtime';
import { Allow, IsBoolean, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { CurrentAuthor, CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { type Author } from '../aggregates/event.store.js';
import { answer, answerEmpty, type List } from '../answer.js';
import { isObject, isPlainText, Problems } from '../problems.js';
import { Lists, pageOfWhole } from '../requests/page.js';
import { etagOf, IfMatch, type Precondition } from '../requests/precondition.js';
import { type Tenant } from '../tenants/tenant.js';
import { shapes } from '../request-shapes.js';
import type { EventType, EventTypeSettings } from './event-type.js';
import { EventTypeService } from './event-type.service.js';

const examplesMax = 10;

class EventTypeBody {
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  description?: string;

  @Allow() schema?: unknown;

  /** Of `data`. Read beside the schema, so that what is wrong with both is said at once. */
  @Allow() examples?: unknown;

  @IsOptional()
  @IsIn(['reject', 'warn'])
  onInvalid?: 'reject' | 'warn';

  @IsOptional()
  @IsBoolean()
  deprecated?: boolean;
}

/** `version` 0: the profile's, to which the tenant has said nothing. */
export type EventTypeView = Partial<EventTypeSettings> & { name: string; version: number };

@Controller('v1/tenants/:tenantId/event-types')
@UseGuards(AccessGuard)
export class EventTypeController {
  constructor(@Inject(EventTypeService) private readonly types: EventTypeService) {}

  /** The profile's types, then what the tenant says of its own. */
  @Get()
  @Lists()
  @Needs('read')
  async list(
    @CurrentTenant() tenant: Tenant,
    @Query() query: Record<string, unknown>,
  ): Promise<List<EventTypeView>> {
    const own = (await this.types.list(tenant.id)).map(viewOf);
    const named = new Set(own.map(({ name }) => name));
    const fixed = (profileOf(tenant.profile).eventTypes ?? []).filter((name) => !named.has(name));
    const all = [...fixed.map((name) => ({ name, version: 0 })), ...own];
    const placeOf = ({ name, version }: EventTypeView) =>
      version === 0 ? `0/${10 + fixed.indexOf(name)}` : `1/${name}`;
    return pageOfWhole(all, query, placeOf, (type) => type);
  }

  @Get(':name')
  @Needs('read')
  async find(
    @CurrentTenant() tenant: Tenant,
    @Param('name') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EventTypeView> {
    const type = await this.types.find(tenant.id, name);
    if (!type) throw new AppError('not-found', 'No such event type.');
    reply.header('etag', etagOf(type.version));
    return viewOf(type);
  }

  /** Makes it, or replaces all of it: the next version. */
  @Put(':name')
  @Takes(shapes.eventType)
  @Needs('manage')
  async set(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Param('name') name: string,
    @Body() body: unknown,
    @IfMatch() precondition: Precondition | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EventTypeView> {
    const settings = readSettings(name, validate(EventTypeBody, body));
    const written = await this.types.set(tenant, author, name, settings, precondition);
    reply.header('etag', etagOf(written.value.version));
    return answer(reply, 200, written, viewOf);
  }

  @Delete(':name')
  @Needs('manage')
  async remove(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Param('name') name: string,
    @IfMatch() precondition: Precondition | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    answerEmpty(reply, await this.types.remove(tenant, author, name, precondition));
  }
}

function readSettings(name: string, body: EventTypeBody): EventTypeSettings {
  const problems = new Problems();
  if (!isPlainText(name, 200) || !/^[^\s*]+$/.test(name) || name.startsWith('posthorn.'))
    problems.add('', 'a type has 1 to 200 characters, no spaces, no *, and does not begin with posthorn.');
  const { description = '', onInvalid = 'reject', deprecated = false } = body;
  const examples = readExamples(body.examples, problems);
  const schema = readSchema(body.schema, examples, problems);
  problems.throwIfAny();
  return { description, schema, examples, onInvalid, deprecated };
}

function readExamples(input: unknown, problems: Problems): unknown[] {
  if (input === undefined || input === null) return [];
  if (Array.isArray(input) && input.length <= examplesMax) return input;
  problems.add('/examples', `must be a list of at most ${examplesMax} examples`);
  return [];
}

/** Examples have to fit: a catalogue whose examples are refused helps nobody. */
function readSchema(input: unknown, examples: unknown[], problems: Problems): JsonSchema | null {
  if (input === undefined || input === null) return null;
  if (!isObject(input) && typeof input !== 'boolean') {
    problems.add('/schema', 'must be a JSON Schema (2020-12)');
    return null;
  }
  try {
    const check = compileSchema(input);
    examples.forEach((example, i) => {
      const [fault] = check(example);
      if (fault) problems.add(`/examples/${i}${fault.pointer}`, fault.detail);
    });
  } catch (error) {
    if (!(error instanceof JsonSchemaError)) throw error;
    problems.add(`/schema${error.pointer}`, error.message);
  }
  return input;
}

function viewOf(type: EventType): EventTypeView {
  const { name, description, schema, examples, onInvalid, deprecated, version } = type;
  return { name, description, schema, examples, onInvalid, deprecated, version };
}
