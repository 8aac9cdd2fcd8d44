import { IsIn, IsOptional, NotEquals } from 'class-validator';
import { profileNames, type ProfileName } from '@posthorn/domain';
import { IsPlainText } from '../plain-text.js';
import type { Tenant } from './tenant.js';

export class CreateTenantBody {
  /** Opaque. The two that a URL's path cannot name are refused. */
  @IsPlainText(200)
  @NotEquals('.')
  @NotEquals('..')
  id: string;

  @IsIn(profileNames)
  profile: ProfileName;

  @IsOptional()
  @IsPlainText(200)
  name?: string;
}

export type TenantView = { id: string; profile: ProfileName; name: string; createdAt: string };

export function tenantView({ id, profile, name, createdAt }: Tenant): TenantView {
  return { id, profile, name, createdAt };
}
