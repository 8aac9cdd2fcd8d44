/** One wrong field: a JSON pointer into the event, and what is wrong. */
export type Fault = { pointer: string; detail: string };

const nameMax = 200;

/** No list of faults grows beyond what a person reads. */
const faultsMax = 20;

const unprintable = /[\p{Cc}\p{Cs}]/u;
const halves = /\p{Cs}/gu;
const dotted = /^[\p{L}\p{M}\p{N}_:/-]+(?:\.[\p{L}\p{M}\p{N}_:/-]+)*$/u;
const rfc3339 =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * The rules of Posthorn's front door, so that a wrong event is found where it was made: on Kafka there is
 * nobody to answer. A spec of the front door holds the two together.
 */
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
    if (text.startsWith('posthorn.'))
      this.add(pointer, 'must not begin with posthorn.: such events are Posthorn’s own');
    return text;
  }

  /** A `Date` is written with its milliseconds. */
  timestamp(pointer: string, value: unknown): string {
    const text = value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value;
    if (typeof text === 'string' && isTimestamp(text)) return text;
    const detail = 'must be an RFC 3339 date and time with an offset, or a Date';
    this.add(pointer, value === undefined ? 'is required' : detail);
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
  if (value.length === 0 || value.length > 2 * max || [...value].length > max) {
    return `must have 1 to ${max} characters`;
  }
  if (unprintable.test(value)) return 'must not hold control characters or halves of surrogate pairs';
  return undefined;
}

/** Days of the month included; no leap second. */
function isTimestamp(text: string): boolean {
  const [, year, month, day] = rfc3339.exec(text) ?? [];
  if (year === undefined || year === '0000') return false;
  return Number(day) <= 28 || Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
}
