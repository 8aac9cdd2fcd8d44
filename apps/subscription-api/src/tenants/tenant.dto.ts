import { IsIn, IsOptional, Matches } from 'class-validator';
import { profileNames, type ProfileName } from '@posthorn/domain';
import { IsPlainText } from '../plain-text.js';
import type { Tenant } from './tenant.js';

const tenantIdForm = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;

export class CreateTenantBody {
  /** It stands in addresses, in commands and in logs. Older tenants may have others. */
  @Matches(tenantIdForm, {
    message: 'must have 1 to 200 letters (a to z, A to Z), digits, ".", "_" or "-", and not begin with "."',
  })
  id: string;

  @IsIn(profileNames)
  profile: ProfileName;

  @IsOptional()
  @IsPlainText(200)
  name?: string;
}

export class ChangeTenantBody {
  @IsPlainText(200)
  name: string;
}

export type TenantView = {
  id: string;
  profile: ProfileName;
  name: string;
  /** As its `ETag`, for `If-Match`; in lists, too. */
  version: number;
  createdAt: string;
};

export function tenantView({ id, profile, name, version, createdAt }: Tenant): TenantView {
  return { id, profile, name, version, createdAt };
}
