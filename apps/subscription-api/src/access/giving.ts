import type { Scope } from '@posthorn/contracts';
import { AppError, scopesOf, type SessionRole } from '@posthorn/runtime';
import { allScopes } from '../keys/api-key.js';
import type { Caller } from './access.js';

/**
 * Nobody gives away what he does not have himself: neither with a key, nor by making or changing somebody
 * who has it.
 *
 * @throws AppError `forbidden`
 */
export function refuseGiving(caller: Caller, scopes: readonly Scope[]): void {
  // An operator's session publishes nothing, but says who may.
  const own = caller.role === 'operator' ? allScopes : caller.scopes;
  const missing = scopes.find((scope) => !own.includes(scope));
  if (missing) throw new AppError('forbidden', `Who lacks the scope ${missing} cannot give it away.`);
}

export const refuseRole = (caller: Caller, role: SessionRole): void => refuseGiving(caller, scopesOf(role));
