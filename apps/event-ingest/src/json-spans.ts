/** Bytes from `start` up to, not including, `end`. */
export type Span = { start: number; end: number };

/** One event in a body: where it stands, where its member `data` does, and whether it nests too deep. */
export type EventSpan = Span & { data: Span | undefined; tooDeep: boolean };

/** Deeper nesting is refused: whoever parses it again further on may do so recursively. */
export const depthMax = 256;

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Finds the publisher's own bytes: JSON.parse tells what an event says, but not how its `data` was written.
 * One pass, no recursion; of members named `data` the last one counts, as in JSON.parse.
 *
 * @param bytes must be JSON (JSON.parse took it): nothing is checked again here
 * @returns the one value, or with `batch` the members of the top-level array, at most `max`
 */
export function eventSpans(bytes: Buffer, { batch, max }: { batch: boolean; max: number }): EventSpan[] {
  const scanner = new Scanner(bytes);
  return batch ? scanner.members(max) : [scanner.event()];
}

/** A JSON text without the white space around it. */
export function trimmed(bytes: Buffer): Buffer {
  let start = 0;
  let end = bytes.length;
  while (start < end && isSpace(bytes[start])) start++;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
}

/** Whether a JSON text nests deeper than an event may. */
export function nestsTooDeep(json: Buffer): boolean {
  return new Scanner(json).event().tooDeep;
}

class Scanner {
  private at = 0;
  private tooDeep = false;

  constructor(private readonly bytes: Buffer) {}

  members(max: number): EventSpan[] {
    const spans: EventSpan[] = [];
    this.skipSpace();
    this.at++;
    this.skipSpace();
    while (spans.length < max && this.at < this.bytes.length && this.bytes[this.at] !== closeBracket) {
      spans.push(this.event());
      this.skipSeparator();
    }
    return spans;
  }

  event(): EventSpan {
    this.skipSpace();
    const start = this.at;
    this.tooDeep = false;
    let data: Span | undefined;
    if (this.bytes[start] === openBrace) data = this.objectWithData();
    else this.value(0);
    return { start, end: this.at, data, tooDeep: this.tooDeep };
  }

  private objectWithData(): Span | undefined {
    let data: Span | undefined;
    this.at++;
    this.skipSpace();
    while (this.at < this.bytes.length && this.bytes[this.at] !== closeBrace) {
      const keyStart = this.at;
      this.string();
      const isData = this.names('data', keyStart, this.at);
      this.skipSpace();
      this.at++; // the colon
      this.skipSpace();
      const start = this.at;
      this.value(1);
      if (isData) data = { start, end: this.at };
      this.skipSeparator();
    }
    this.at++;
    return data;
  }

  /** Most keys are told apart by their length; only a key with an escape has to be decoded. */
  private names(name: string, start: number, end: number): boolean {
    if (end - start < name.length + 2) return false;
    const text = this.bytes.toString('latin1', start + 1, end - 1);
    return text.includes('\\') ? JSON.parse(`"${text}"`) === name : text === name;
  }

  /** @param depth how many containers are open around the value */
  private value(depth: number): void {
    const first = this.bytes[this.at];
    if (first === quote) return this.string();
    if (first === openBrace || first === openBracket) return this.container(depth);
    while (this.at < this.bytes.length && !endsScalar(this.bytes[this.at])) this.at++;
  }

  private container(around: number): void {
    const { bytes } = this;
    let depth = around;
    while (this.at < bytes.length) {
      const byte = bytes[this.at];
      if (byte === quote) {
        this.string();
        continue;
      }
      this.at++;
      if (byte === openBrace || byte === openBracket) {
        if (++depth > depthMax) this.tooDeep = true;
      } else if ((byte === closeBrace || byte === closeBracket) && --depth === around) return;
    }
  }

  private string(): void {
    const { bytes } = this;
    let at = this.at + 1;
    while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
    this.at = at + 1;
  }

  private skipSeparator(): void {
    this.skipSpace();
    if (this.bytes[this.at] === comma) this.at++;
    this.skipSpace();
  }

  private skipSpace(): void {
    while (isSpace(this.bytes[this.at])) this.at++;
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function endsScalar(byte: number): boolean {
  return byte === comma || byte === closeBracket || byte === closeBrace || isSpace(byte);
}
