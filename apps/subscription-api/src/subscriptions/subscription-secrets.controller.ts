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
import type { ProfileName } from '@posthorn/domain';
import { IdempotencyInterceptor, validate, Takes } from '@posthorn/runtime';
import { Allow, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { CurrentAuthor, CurrentTenant, Needs } from '../access/access.js';
import { AccessGuard } from '../access/access.guard.js';
import { type Author } from '../aggregates/event.store.js';
import { answer, answerEmpty, listOf, type List } from '../answer.js';
import { Problems } from '../problems.js';
import { type Tenant } from '../tenants/tenant.js';
import { shapes } from '../request-shapes.js';
import {
  generateEd25519,
  generateSecret,
  keepsOldSecrets,
  readSecret,
  requiredSecretField,
} from './secret-rules.js';
import type { SealedSecret } from './subscription.js';
import { SubscriptionSecrets } from './subscription-secrets.service.js';

const daySeconds = 24 * 60 * 60;

class RotateBody {
  /** Supplied, in the profile's form: `auth` as when a subscription is made. */
  @Allow() auth?: unknown;

  /** Generated. */
  @IsOptional()
  @IsIn(['hmac', 'ed25519'])
  kind?: 'hmac' | 'ed25519';

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(7 * daySeconds)
  overlapS?: number;
}

export type SecretView = {
  id: string | null;
  kind: string | null;
  publicKey?: string;
  createdAt: string | null;
  /** When its overlap ends; null for the newest one. */
  expiresAt: string | null;
};

@Controller('v1/tenants/:tenantId/subscriptions/:id/secrets')
@UseGuards(AccessGuard)
@UseInterceptors(IdempotencyInterceptor)
export class SubscriptionSecretsController {
  constructor(@Inject(SubscriptionSecrets) private readonly secrets: SubscriptionSecrets) {}

  /** A new secret; the older ones go on for `overlapS` (a day) where the profile knows several. */
  @Post()
  @Takes(shapes.rotation, { required: false })
  @Needs('manage')
  async rotate(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Param('id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SecretView & { secret?: string }> {
    const wanted = validate(RotateBody, body ?? {});
    const { secret, generated } = wantedSecret(wanted, tenant.profile);
    const overlapMs = (wanted.overlapS ?? daySeconds) * 1_000;
    const written = await this.secrets.rotate(tenant, author, id, { secret, overlapMs });
    return answer(reply, 201, written, (made) => ({ ...secretView(made), ...(generated ? { secret } : {}) }));
  }

  /** At most five live together: there is one page. */
  @Get()
  @Needs('read')
  async list(@CurrentTenant() tenant: Tenant, @Param('id') id: string): Promise<List<SecretView>> {
    return listOf((await this.secrets.list(tenant, id)).map(secretView));
  }

  @Delete(':secretId')
  @Needs('manage')
  async end(
    @CurrentTenant() tenant: Tenant,
    @CurrentAuthor() author: Author,
    @Param('id') id: string,
    @Param('secretId') secretId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    answerEmpty(reply, await this.secrets.end(tenant, author, id, secretId));
  }
}

function wantedSecret(
  { auth, kind }: RotateBody,
  profile: ProfileName,
): { secret: string; generated: boolean } {
  const problems = new Problems();
  const supplied = auth === undefined ? undefined : readSecret(auth, profile, problems);
  if (kind === 'ed25519' && !keepsOldSecrets(profile)) problems.add('/kind', 'is not known to this profile');
  if (supplied !== undefined && kind !== undefined)
    problems.add('/kind', 'is for secrets that are generated');
  const generated = kind === 'ed25519' ? generateEd25519() : generateSecret(profile);
  const field = requiredSecretField(profile);
  if (supplied === undefined && field !== undefined && !problems.any) problems.add(field, 'is required');
  problems.throwIfAny();
  return { secret: supplied ?? generated ?? '', generated: supplied === undefined };
}

function secretView({ id, kind, publicKey, createdAt, expiresAt }: SealedSecret): SecretView {
  return {
    id: id ?? null,
    kind: kind ?? null,
    ...(publicKey ? { publicKey } : {}),
    createdAt: createdAt ?? null,
    expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
  };
}
