import type { RowBuffer } from './row-buffer.js';

/** A column of a batch of rows: as statements name it, and its values as PostgreSQL takes them. */
export type Column<R> = {
  name: string;
  type: string;
  /** All of them, for `unnest`. */
  arrayOf: (rows: readonly R[]) => Buffer;
  /** One of them behind the others of its row, for `COPY`. */
  put: (row: R, into: RowBuffer) => void;
};

type Kind<T> = {
  type: string;
  /** PostgreSQL's number of that type. */
  oid: number;
  sizeOf: (value: T) => number;
  write: (array: Buffer, value: T, at: number, size: number) => void;
};

const headerBytes = 20;
/** PostgreSQL counts microseconds from the year 2000. */
const epochMs = 946_684_800_000;

/**
 * The values are sent as one array in PostgreSQL's binary form: no text is quoted here and read letter by
 * letter there, no number is spelled, and bytes do not travel as twice as many hexadecimal digits.
 */
const kindOf =
  <T>({ type, oid, sizeOf, write }: Kind<T>) =>
  <R>(name: string, valueOf: (row: R) => T | null | undefined): Column<R> => ({
    name,
    type,
    arrayOf: (rows) => {
      const values = rows.map(valueOf);
      const sizes = values.map((value) => (value === null || value === undefined ? -1 : sizeOf(value)));
      let bytes = headerBytes;
      for (const size of sizes) bytes += 4 + Math.max(size, 0);
      const array = Buffer.allocUnsafe(bytes);
      // Dimensions, whether there are nulls, the elements' type, how many there are, the first one's number.
      const header = [1, Number(sizes.includes(-1)), oid, rows.length, 1];
      let at = header.reduce((offset, field) => array.writeInt32BE(field, offset), 0);
      for (let i = 0; i < sizes.length; i++) {
        const size = sizes[i];
        at = array.writeInt32BE(size, at);
        if (size < 0) continue;
        write(array, values[i] as T, at, size);
        at += size;
      }
      return array;
    },
    put: (row, into) => {
      const value = valueOf(row);
      if (value === null || value === undefined) return into.int32(-1);
      const size = sizeOf(value);
      into.int32(size);
      // First the place, because the buffer may be another one then.
      const at = into.place(size);
      write(into.buffer, value, at, size);
    },
  });

const written = (type: string, oid: number): Kind<string> => ({
  ...{ type, oid, sizeOf: (text) => Buffer.byteLength(text) },
  write: (array, text, at) => array.write(text, at),
});

/** Eight bytes; what a number of ours holds exactly needs no BigInt. @throws RangeError */
function writeSafe(array: Buffer, value: number, at: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is out of range`);
  array.writeInt32BE(Math.floor(value / 2 ** 32), at);
  array.writeUInt32BE(value >>> 0, at + 4);
}

/** Of texts that are `storable`. */
export const text = kindOf(written('text', 25));

/** Of a column that is an array itself: for `COPY` only, `unnest` would take it apart. */
export const texts = kindOf<readonly string[]>({
  ...{ type: 'text[]', oid: 1009 },
  sizeOf: (values) =>
    values.reduce((bytes, value) => bytes + 4 + Buffer.byteLength(value), values.length > 0 ? 20 : 12),
  write: (array, values, at) => {
    const header = values.length > 0 ? [1, 0, 25, values.length, 1] : [0, 0, 25];
    let end = header.reduce((offset, field) => array.writeInt32BE(field, offset), at);
    for (const value of values) {
      const bytes = array.write(value, end + 4);
      end = array.writeInt32BE(bytes, end) + bytes;
    }
  },
});

/** Of JSON in text. */
export const json = kindOf(written('json', 114));

export const integer = kindOf<number>({
  ...{ type: 'integer', oid: 23, sizeOf: () => 4 },
  write: (array, value, at) => array.writeInt32BE(value, at),
});

export const bigint = kindOf<number>({ type: 'bigint', oid: 20, sizeOf: () => 8, write: writeSafe });

export const double = kindOf<number>({
  ...{ type: 'double precision', oid: 701, sizeOf: () => 8 },
  write: (array, value, at) => array.writeDoubleBE(value, at),
});

export const boolean = kindOf<boolean>({
  ...{ type: 'boolean', oid: 16, sizeOf: () => 1 },
  write: (array, value, at) => array.writeUInt8(Number(value), at),
});

export const bytea = kindOf<Uint8Array>({
  ...{ type: 'bytea', oid: 17, sizeOf: (value) => value.length },
  write: (array, value, at) => array.set(value, at),
});

/** Of days since 1970. */
export const date = kindOf<number>({
  ...{ type: 'date', oid: 1082, sizeOf: () => 4 },
  write: (array, day, at) => array.writeInt32BE(day - epochMs / 86_400_000, at),
});

/** Of epoch milliseconds. */
export const timestamptz = kindOf<number>({
  ...{ type: 'timestamptz', oid: 1184, sizeOf: () => 8 },
  write: (array, atMs, at) => writeSafe(array, Math.round((atMs - epochMs) * 1_000), at),
});

/** For INSERT and SELECT. */
export function namesOf<R>(columns: readonly Column<R>[]): string {
  return columns.map(({ name }) => name).join(', ');
}

/** For FROM: the rows given as the first parameters. */
export function rowsOf<R>(columns: readonly Column<R>[]): string {
  const arrays = columns.map(({ type }, i) => `$${i + 1}::${type}[]`);
  return `unnest(${arrays.join(', ')}) AS row (${namesOf(columns)})`;
}

/** These parameters. */
export function arraysOf<R>(columns: readonly Column<R>[], rows: readonly R[]): Buffer[] {
  return columns.map(({ arrayOf }) => arrayOf(rows));
}
