import { randomBytes } from 'node:crypto';
import { newId } from '@posthorn/domain';
import { AppError, type FieldError, isStorable, notStorable } from '@posthorn/runtime';
import { instantOf } from './page.js';

export const replayKinds = ['failed', 'range'] as const;
export type ReplayKind = (typeof replayKinds)[number];
export const replayStatuses = ['queued', 'running', 'done', 'cancelled', 'failed'] as const;
export type ReplayStatus = (typeof replayStatuses)[number];

/** `types` as subscriptions write them: `*` stands for a segment, at the end for one or more. */
export type ReplayFilter = { types?: string[]; entityName?: string; entityId?: string };

/** Which events are sent again, and to whom. */
export type ReplayWish = {
  subscriptionId: string;
  targetSubscriptionId: string;
  /** `failed`: what failed for good and was not delivered since; `range`: whatever was asked for. */
  kind: ReplayKind;
  from: Date | null;
  /** Not included. */
  to: Date;
  filter: ReplayFilter;
};

/** A job as callers see it. */
export type ReplayView = {
  id: string;
  subscriptionId: string;
  targetSubscriptionId: string;
  kind: ReplayKind;
  from: string | null;
  to: string;
  filter: ReplayFilter;
  status: ReplayStatus;
  total: number;
  /** Counting took too long: `total` is a guess until the job is done. */
  totalEstimated: boolean;
  /** Delivered. */
  done: number;
  /** Failed, expired or cancelled. */
  failed: number;
  /** Sent, and tried again later. */
  waiting: number;
  /** Why it does not go on at the moment. */
  reason: string | null;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  error: string | null;
};

const typesMax = 50;
const textMax = 500;

export const newReplayId = (): string => newId('rpl', randomBytes(17));

/** @throws AppError `invalid` */
export function wishOf(body: unknown, now: Date): ReplayWish & { dryRun: boolean } {
  const errors: FieldError[] = [];
  const fields = objectOf(body);
  const wrong = (pointer: string, detail: string): void => void errors.push({ pointer, detail });
  const known = ['subscriptionId', 'targetSubscriptionId', 'kind', 'from', 'to', 'filter', 'dryRun'];
  for (const name of Object.keys(fields)) if (!known.includes(name)) wrong(`/${name}`, 'is not known');
  const text = (pointer: string, value: unknown): string | undefined => {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' || value === '' || value.length > textMax)
      wrong(pointer, `must be a text of at most ${textMax} characters`);
    else if (!isStorable(value)) wrong(pointer, notStorable);
    else return value;
    return undefined;
  };
  const subscriptionId = text('/subscriptionId', fields['subscriptionId']);
  if (subscriptionId === undefined && errors.length === 0) wrong('/subscriptionId', 'is required');
  const kind = replayKinds.find((each) => each === fields['kind']);
  if (!kind) wrong('/kind', `must be one of ${replayKinds.join(', ')}`);
  const from = instant('from', text('/from', fields['from']), wrong) ?? null;
  const asked = instant('to', text('/to', fields['to']), wrong) ?? now;
  const to = asked < now ? asked : now;
  if (from && from >= asked) wrong('/from', 'must be before `to`');
  const dryRun = fields['dryRun'] ?? false;
  if (typeof dryRun !== 'boolean') wrong('/dryRun', 'must be true or false');
  const filter = filterOf(fields['filter'], { text, wrong });
  const targetSubscriptionId =
    text('/targetSubscriptionId', fields['targetSubscriptionId']) ?? subscriptionId;
  if (errors.length > 0) {
    const [{ pointer, detail }] = errors;
    throw new AppError('invalid', `${pointer}: ${detail}`, { errors });
  }
  const whom = { subscriptionId: subscriptionId!, targetSubscriptionId: targetSubscriptionId! };
  return { ...whom, kind: kind!, from, to, filter, dryRun: dryRun === true };
}

/** The regular expression of PostgreSQL for names of types. */
export function typePattern(types: readonly string[]): string {
  const one = (type: string): string => {
    const segments = type.split('.');
    return segments.map((segment, i) => segmentPattern(segment, i === segments.length - 1)).join('\\.');
  };
  return `^(?:${types.map(one).join('|')})$`;
}

function segmentPattern(segment: string, isLast: boolean): string {
  if (segment === '*') return isLast ? '.+' : '[^.]+';
  return segment.replaceAll(/[^A-Za-z0-9_]/g, (letter) => `\\${letter}`);
}

type Check = {
  text: (pointer: string, value: unknown) => string | undefined;
  wrong: (pointer: string, detail: string) => void;
};

function filterOf(given: unknown, { text, wrong }: Check): ReplayFilter {
  if (given === undefined || given === null) return {};
  const fields = objectOf(given);
  for (const name of Object.keys(fields))
    if (!['types', 'entityName', 'entityId'].includes(name)) wrong(`/filter/${name}`, 'is not known');
  const entityName = text('/filter/entityName', fields['entityName']);
  const entityId = text('/filter/entityId', fields['entityId']);
  const types = fields['types'];
  const isList = Array.isArray(types) && types.length > 0 && types.length <= typesMax;
  const areTypes =
    isList && types.every((type) => typeof type === 'string' && type !== '' && type.length <= 200);
  if (types !== undefined && !areTypes) wrong('/filter/types', `must be 1 to ${typesMax} names of types`);
  if (areTypes && !types.every(isStorable)) wrong('/filter/types', notStorable);
  return {
    ...(areTypes ? { types: types as string[] } : {}),
    ...(entityName === undefined ? {} : { entityName }),
    ...(entityId === undefined ? {} : { entityId }),
  };
}

function instant(name: string, value: string | undefined, wrong: Check['wrong']): Date | undefined {
  try {
    return instantOf(name, value);
  } catch (error) {
    wrong(`/${name}`, (error as AppError).errors?.[0].detail ?? 'is no instant');
    return undefined;
  }
}

/** @throws AppError `invalid` */
function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new AppError('invalid', 'The body must be a JSON object.');
}
