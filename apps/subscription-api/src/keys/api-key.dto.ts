import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsOptional, IsRFC3339 } from 'class-validator';
import type { Scope } from '@posthorn/contracts';
import { IsPlainText } from '../plain-text.js';
import { allScopes, type ApiKey } from './api-key.js';

export class CreateApiKeyBody {
  @IsPlainText(200)
  name: string;

  /** All of them when absent. */
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(allScopes, { each: true })
  scopes?: Scope[];

  @IsOptional()
  @IsRFC3339()
  expiresAt?: string | null;
}

export type ApiKeyView = {
  id: string;
  name: string;
  scopes: Scope[];
  expiresAt: string | null;
  createdAt: string;
  lastUsedAt: string | null;
};

export function apiKeyView({
  id,
  name,
  scopes,
  expiresAt,
  createdAt,
  lastUsedAt = null,
}: ApiKey): ApiKeyView {
  return { id, name, scopes, expiresAt, createdAt, lastUsedAt };
}
