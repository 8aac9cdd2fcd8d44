import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { AppError, type FieldError } from './problem.js';

const depthMax = 32;
const errorsMax = 100;

/**
 * A request body as an instance of its class. Unknown fields are refused by name, every wrong field is
 * named with its JSON pointer. The body is looked at before any library touches it: keys that reach for
 * prototypes, nesting deeper than 32, and text that no database holds (U+0000, half of a surrogate pair) are
 * refused.
 *
 * @throws AppError `invalid`, or `malformed-json` when there is no body
 */
export function validate<T extends object>(type: new () => T, body: unknown): T {
  if (body === undefined)
    throw new AppError('malformed-json', 'The body is empty; a JSON object is expected.');
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new AppError('invalid', 'The body must be a JSON object.', {
      errors: [{ pointer: '', detail: 'must be an object' }],
    });
  const danger = dangerIn(body, '', 0);
  if (danger) throw new AppError('invalid', 'The body is not allowed.', { errors: [danger] });

  const instance = plainToInstance(type, body);
  const problems = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    validationError: { target: false, value: false },
  });
  if (problems.length === 0) return instance;
  const errors = problems.flatMap((problem) => fieldErrors(problem, '')).slice(0, errorsMax);
  throw new AppError('invalid', summary(errors), { errors });
}

function summary(errors: FieldError[]): string {
  const [{ pointer, detail }] = errors as [FieldError];
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return `${pointer || 'The body'}: ${detail}${more}`;
}

/** What no class declares and no library should see. */
function dangerIn(value: unknown, pointer: string, depth: number): FieldError | undefined {
  if (typeof value === 'string' && !isStorable(value)) return { pointer, detail: notStorable };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > depthMax) return { pointer, detail: `is nested deeper than ${depthMax}` };
  for (const name of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[name];
    const at = `${pointer}/${escapePointer(name)}`;
    if (
      name === '__proto__' ||
      (name === 'constructor' && isObject(inner) && Object.hasOwn(inner, 'prototype'))
    )
      return { pointer: at, detail: 'is not an allowed name' };
    if (!isStorable(name)) return { pointer, detail: `a name in it ${notStorable}` };
    const danger = dangerIn(inner, at, depth + 1);
    if (danger) return danger;
  }
  return undefined;
}

/** What is said of text that no database gives back as it was. */
export const notStorable = 'must not hold U+0000 or halves of surrogate pairs';

/** Whether PostgreSQL gives it back as it was given, also out of json. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Cs}/u.test(text);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function fieldErrors({ property, constraints, children }: ValidationError, parent: string): FieldError[] {
  const pointer = `${parent}/${escapePointer(property)}`;
  const own = Object.entries(constraints ?? {}).map(([rule, text]) => ({
    pointer,
    detail: rule === 'whitelistValidation' ? 'is not a known field' : withoutName(text, property),
  }));
  return [...own, ...(children ?? []).flatMap((child) => fieldErrors(child, pointer))];
}

function withoutName(text: string, property: string): string {
  const name = `${property} `;
  const each = `each value in ${name}`;
  if (text.startsWith(each)) return `each value ${text.slice(each.length)}`;
  return text.startsWith(name) ? text.slice(name.length) : text;
}

/** RFC 6901. */
function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
