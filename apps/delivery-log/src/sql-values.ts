/**
 * Text as PostgreSQL can hold it: JSON may carry U+0000, and one such character must not stop a whole
 * partition. (Halves of surrogate pairs are replaced when the driver writes UTF-8.)
 */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

export function storableOrNull(text: string | undefined | null): string | null {
  return text === undefined || text === null ? null : storable(text);
}

/** For a column of type json, which keeps escapes it could not turn into text. */
export function jsonOrNull(value: object | undefined | null): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

/** An array as one element of an array parameter: unnest would flatten arrays of arrays. */
export function arrayLiteral(values: readonly string[]): string {
  if (values.length === 0) return '{}';
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** Rows turned into one array a column, in the order of `columns`: what unnest takes. */
export function columnsOf<R>(rows: readonly R[], columns: readonly ((row: R) => unknown)[]): unknown[][] {
  return columns.map((column) => rows.map(column));
}
