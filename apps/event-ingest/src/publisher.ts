import type { KeyHolder } from '@posthorn/domain';
import { apiKeyRequired, AppError } from '@posthorn/runtime';

/** @throws AppError */
export function mayPublish(holder: KeyHolder | undefined): KeyHolder {
  if (!holder) throw apiKeyRequired();
  if (!holder.scopes.includes('publish')) throw new AppError('forbidden', 'This key may not publish.');
  return holder;
}
