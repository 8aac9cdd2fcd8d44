import { AppError, type FieldError } from '@posthorn/runtime';

/** Collects everything that is wrong with a request, so that its author can mend it in one go. */
export class Problems {
  private readonly errors: FieldError[] = [];

  add(pointer: string, detail: string): void {
    this.errors.push({ pointer, detail });
  }

  get any(): boolean {
    return this.errors.length > 0;
  }

  /** @throws AppError `invalid`, naming every field */
  throwIfAny(): void {
    const [first] = this.errors;
    if (!first) return;
    const more = this.errors.length > 1 ? ` (and ${this.errors.length - 1} more)` : '';
    throw new AppError('invalid', `${first.pointer}: ${first.detail}${more}`, { errors: this.errors });
  }
}

/** A name as part of a JSON pointer (RFC 6901). */
export function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Text that people read and PostgreSQL can hold: no control characters, no halves of surrogate pairs. */
export function isPlainText(value: unknown, maxChars: number): value is string {
  return typeof value === 'string' && value.length <= maxChars && !/[\p{Cc}\p{Cs}]/u.test(value);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
