import { IsEmail, IsIn, IsInt, IsOptional, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import type { SessionRole } from '@posthorn/runtime';
import { IsPlainText } from '../plain-text.js';
import type { User } from './user.js';

export const tenantRoles = ['tenant-admin', 'tenant-viewer'] as const;

export class LogInBody {
  @IsString()
  @MaxLength(254)
  email: string;

  @IsString()
  @MaxLength(256)
  password: string;
}

/** NIST SP 800-63B: length counts, rules about characters do not. */
export class PasswordBody {
  @IsString()
  @MaxLength(256)
  current: string;

  @IsString()
  @Length(12, 256)
  new: string;
}

export class LinkBody {
  @IsString()
  @MaxLength(100)
  token: string;
}

export class NewOperatorBody {
  @IsEmail()
  @MaxLength(254)
  email: string;

  @IsPlainText(200)
  name: string;

  @IsString()
  @Length(12, 256)
  password: string;
}

export class NewUserBody extends NewOperatorBody {
  @IsIn(tenantRoles)
  role: (typeof tenantRoles)[number];
}

export class ChangeOperatorBody {
  @IsOptional()
  @IsPlainText(200)
  name?: string | null;
}

export class ChangeUserBody extends ChangeOperatorBody {
  @IsOptional()
  @IsIn(tenantRoles)
  role?: (typeof tenantRoles)[number] | null;
}

export class NewLinkBody {
  @IsOptional()
  @IsIn(tenantRoles)
  role?: (typeof tenantRoles)[number];

  /** How long it can be used. */
  @IsOptional()
  @IsInt()
  @Min(30)
  @Max(7 * 24 * 3600)
  expiresInS?: number;

  /** How long the session then lasts. */
  @IsOptional()
  @IsInt()
  @Min(60)
  @Max(12 * 3600)
  sessionS?: number;
}

export type UserView = {
  id: string;
  email: string;
  name: string;
  role: SessionRole;
  tenantId: string | null;
  /** As its `ETag`, for `If-Match`; in lists, too. */
  version: number;
  createdAt: string;
};

export function userView({ id, email, name, role, tenantId, version, createdAt }: User): UserView {
  return { id, email, name, role, tenantId, version, createdAt };
}

/** The password is answered this once. */
export type NewPasswordView = { id: string; password: string };
