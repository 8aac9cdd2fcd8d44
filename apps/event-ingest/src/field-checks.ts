import { isOperationalType } from '@posthorn/domain';
import type { Fault } from './draft.js';

const nameMax = 200;

/** No body of faults grows beyond what a person reads. */
const faultsMax = 20;

/** Control characters would end up in headers, logs and a database; half of a surrogate pair has no UTF-8. */
const unprintable = /[\p{Cc}\p{Cs}]/u;
const halves = /\p{Cs}/gu;

/** Segments divided by single dots. No star: it stands for a segment in filters. */
const dotted = /^[\p{L}\p{M}\p{N}_:/-]+(?:\.[\p{L}\p{M}\p{N}_:/-]+)*$/u;

const rfc3339 =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Collects what is wrong with one event, field by field; what is right comes back typed. */
export class FieldChecks {
  readonly faults: Fault[] = [];

  add(pointer: string, detail: string): void {
    if (this.faults.length < faultsMax) this.faults.push({ pointer, detail });
  }

  /** A text of 1 to 200 characters; '' when it is not one, and then there is a fault. */
  text(pointer: string, value: unknown, max = nameMax): string {
    const detail = textFault(value, max);
    if (detail === undefined) return value as string;
    this.add(pointer, detail);
    return '';
  }

  type(pointer: string, value: unknown): string {
    const text = this.text(pointer, value);
    if (text !== '' && !dotted.test(text))
      this.add(pointer, 'must be a dotted name of letters, digits, _, -, : and /');
    // Nobody but Posthorn says what Posthorn did.
    if (isOperationalType(text)) this.add(pointer, 'must not begin with posthorn.: such events are ours');
    return text;
  }

  timestamp(pointer: string, value: unknown): string {
    if (typeof value === 'string' && isTimestamp(value)) return value;
    this.add(
      pointer,
      value === undefined ? 'is required' : 'must be an RFC 3339 date and time with an offset',
    );
    return '';
  }

  unknown(name: string, parent = ''): void {
    const shown = (name.length > 100 ? `${name.slice(0, 100)}…` : name).replace(halves, '\ufffd');
    this.add(`${parent}/${shown.replaceAll('~', '~0').replaceAll('/', '~1')}`, 'is not a known field');
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textFault(value: unknown, max: number): string | undefined {
  if (value === undefined) return 'is required';
  if (typeof value !== 'string') return 'must be a text';
  if (value.length === 0 || isLonger(value, max)) return `must have 1 to ${max} characters`;
  if (unprintable.test(value)) return 'must not hold control characters or halves of surrogate pairs';
  return undefined;
}

/** Counts characters, not UTF-16 units, and only where the two can differ. */
function isLonger(text: string, max: number): boolean {
  return text.length > max && (text.length > 2 * max || [...text].length > max);
}

/** Days of the month included; no leap second, which neither JavaScript nor most receivers can read. */
function isTimestamp(text: string): boolean {
  const [, year, month, day] = rfc3339.exec(text) ?? [];
  if (year === undefined || year === '0000') return false;
  return Number(day) <= 28 || Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
}
