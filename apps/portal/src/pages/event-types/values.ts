import type { EventType } from '../../api/types';

/** What stands in the form. JSON is text until it is sent. */
export type Values = {
  name: string;
  description: string;
  schema: string;
  examples: string;
  onInvalid: 'reject' | 'warn';
  deprecated: boolean;
};

export type Parsed = { value: unknown } | { why: string };

export function startValues(type: EventType | undefined): Values {
  const { name = '', description = '', onInvalid = 'reject', deprecated = false } = type ?? {};
  const { schema, examples } = type ?? {};
  return {
    ...{ name, description, onInvalid, deprecated },
    schema: schema === undefined || schema === null ? '' : JSON.stringify(schema, null, 2),
    examples: examples?.length ? JSON.stringify(examples, null, 2) : '',
  };
}

/** Empty is `otherwise`. */
export function parsed(text: string, otherwise: unknown): Parsed {
  if (text.trim() === '') return { value: otherwise };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

/** One example may stand there alone. */
export function examplesOf(text: string): Parsed {
  const read = parsed(text, []);
  return 'value' in read && !Array.isArray(read.value) ? { value: [read.value] } : read;
}

/** The place that a browser names in its complaint, if it does. */
export function placeIn(why: string): { line: number; column: number } | undefined {
  const [, line, column] = /line (\d+) column (\d+)/.exec(why) ?? [];
  return line && column ? { line: Number(line), column: Number(column) } : undefined;
}
