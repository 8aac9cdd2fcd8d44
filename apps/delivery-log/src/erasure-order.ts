import { AppError, type FieldError, isStorable, notStorable } from '@posthorn/runtime';

/** What is to be removed, for data protection. */
export type ErasureOrder =
  | { kind: 'tenant' }
  | { kind: 'subscription'; subscriptionId: string }
  | { kind: 'entity'; entity: { name: string; id: string } };

/** An order and how far it is, as callers see it. */
export type ErasureView = {
  id: string;
  status: string;
  kind: ErasureOrder['kind'];
  subscriptionId: string | null;
  entity: { name: string; id: string } | null;
  /** Of what was accepted before that nothing stays. */
  acceptedBefore: string;
  /** Rows until now. */
  removed: number;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
};

const textMax = 500;

/** @throws AppError `invalid` */
export function erasureOf(body: unknown): ErasureOrder {
  const { tenant, subscriptionId, entity, ...others } = objectOf(body);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw refusal(`/${unknown}`, 'is not known');
  const given = [tenant, subscriptionId, entity].filter((value) => value !== undefined);
  if (given.length !== 1) throw refusal('', 'must have one of tenant, subscriptionId, entity');
  if (subscriptionId !== undefined)
    return { kind: 'subscription', subscriptionId: textOf('/subscriptionId', subscriptionId) };
  if (tenant !== undefined) {
    if (tenant !== true) throw refusal('/tenant', 'must be true');
    return { kind: 'tenant' };
  }
  const { name, id } = objectOf(entity, '/entity');
  return { kind: 'entity', entity: { name: textOf('/entity/name', name), id: textOf('/entity/id', id) } };
}

function textOf(pointer: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > textMax)
    throw refusal(pointer, `must be a text of at most ${textMax} characters`);
  if (!isStorable(value)) throw refusal(pointer, notStorable);
  return value;
}

function objectOf(value: unknown, pointer = ''): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw refusal(pointer, 'must be a JSON object');
}

function refusal(pointer: string, detail: string): AppError {
  const errors: FieldError[] = [{ pointer, detail }];
  return new AppError('invalid', `${pointer === '' ? 'The body' : `${pointer}:`} ${detail}`, { errors });
}
