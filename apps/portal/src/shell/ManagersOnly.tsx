import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { ErrorNote } from '../ui/ErrorNote';
import { useSession } from './session';

const refusal = new ApiError(403, 'forbidden', '');

/** A form that a link leads to is said to be refused before somebody fills it in. */
export function ManagersOnly({ children }: { children: ReactNode }) {
  const { canManage } = useSession();
  return canManage ? children : <ErrorNote error={refusal} />;
}
