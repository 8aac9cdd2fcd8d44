import { createContext, Script } from 'node:vm';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import safeRegex from 'safe-regex2';

export type JsonSchema = Record<string, unknown> | boolean;

/** The schema cannot be used; `message` tells its author why, `pointer` where in it. */
export class JsonSchemaError extends Error {
  override readonly name = 'JsonSchemaError';

  constructor(
    message: string,
    readonly pointer = '',
  ) {
    super(message);
  }
}

const schemaMaxChars = 32_768;
const patternMaxChars = 500;
const dataDepthMax = 64;
const allowedMaxChars = 200;
/** Of a schema, when every reference is followed: few characters may name each other very often. */
const partsMax = 5_000;
/** For a schema that may take far longer than its data is large. */
const checkMaxMs = 100;
/** What a check costs that goes over everything once is bounded by the data; these compare and try. */
const slowWords = new Set(['pattern', 'patternProperties', 'uniqueItems']);
/** What is said of data for which the time is over. */
const tooSlow = `takes longer than ${checkMaxMs} ms to be checked`;

/** Whether the check was given up. */
export const wasTooSlow = (faults: readonly SchemaFault[]): boolean =>
  faults.length === 1 && faults[0]!.detail === tooSlow;

/** Where (JSON pointer into the data) and what. */
export type SchemaFault = { pointer: string; detail: string };
export type SchemaCheck = (data: unknown) => SchemaFault[];

// A CommonJS module: where it is imported from decides how its default looks.
const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void;

/**
 * A JSON Schema (2020-12) as a function that names what is wrong. Schemas come from tenants: nothing is
 * fetched for them ($ref stays inside), and patterns and references that can run for ever are refused.
 *
 * @throws JsonSchemaError
 */
export function compileSchema(schema: JsonSchema): SchemaCheck {
  if (JSON.stringify(schema).length > schemaMaxChars)
    throw new JsonSchemaError(`has more than ${schemaMaxChars} characters`);
  if (typeof schema === 'object' && '$async' in schema) throw new JsonSchemaError('$async cannot be used');
  refusePatterns(schema, false);
  const { parts, isRecursive } = expansionOf(schema);
  if (parts > partsMax) throw new JsonSchemaError(`its references come to more than ${partsMax} parts`);
  // One for each: what a schema names with $id is its own business.
  const ajv = new Ajv2020({ strict: false, logger: false });
  addFormats(ajv);
  let check: ValidateFunction;
  try {
    check = ajv.compile(schema);
  } catch (error) {
    const [first] = ajv.errors ?? [];
    if (first) throw faultIn(first);
    throw new JsonSchemaError(error instanceof Error ? error.message.slice(0, 500) : 'is no JSON Schema');
  }
  const isTimed = isRecursive || saysSlowly(schema);
  const run = isTimed ? (data: unknown) => inTime(() => check(data)) : check;
  const faultsOf: SchemaCheck = (data) => {
    if (isDeep(data, 0)) return [{ pointer: '', detail: `is nested deeper than ${dataDepthMax}` }];
    return run(data) ? [] : (check.errors ?? []).map(faultOf);
  };
  if (!isTimed) return faultsOf;
  const endless = 'the schema refers to itself without end';
  const said = orUnchecked(() => faultsOf(null), endless);
  if (said.some(({ detail }) => detail === endless)) throw new JsonSchemaError(endless);
  return (data) => orUnchecked(() => faultsOf(data), endless);
}

/** What went round without end, or for too long, is not what the schema asks for: nobody could say so. */
function orUnchecked(look: () => SchemaFault[], endless: string): SchemaFault[] {
  try {
    return look();
  } catch (error) {
    // Not instanceof: it comes from another realm under a test runner.
    const { name, code } = error as { name?: unknown; code?: unknown };
    if (name === 'RangeError') return [{ pointer: '', detail: endless }];
    if (code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return [{ pointer: '', detail: tooSlow }];
  }
}

const outside = createContext({ check: undefined as (() => boolean) | undefined });
const timed = new Script('check()');

/** Costs a thread each time, so it is for those alone that need it. */
function inTime(check: () => boolean): boolean {
  outside['check'] = check;
  return timed.runInContext(outside, { timeout: checkMaxMs }) as boolean;
}

function saysSlowly(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  return Object.entries(schema).some(([name, value]) => slowWords.has(name) || saysSlowly(value));
}

/** What following every reference comes to. One that cannot be followed here may lead anywhere. */
function expansionOf(root: JsonSchema): { parts: number; isRecursive: boolean } {
  const known = new Map<object, number>();
  const above = new Set<object>();
  let isRecursive = false;
  const count = (node: unknown): number => {
    if (typeof node !== 'object' || node === null) return 0;
    const before = known.get(node);
    if (before !== undefined) return before;
    if (above.has(node)) {
      isRecursive = true;
      return 1;
    }
    above.add(node);
    let parts = 1;
    for (const [name, value] of Object.entries(node)) {
      const isRef = name.endsWith('Ref') || name === '$ref';
      const target = isRef && typeof value === 'string' ? targetOf(value, root) : undefined;
      if (isRef && target === undefined) isRecursive = true;
      parts += count(isRef ? target : value);
    }
    above.delete(node);
    known.set(node, parts);
    return parts;
  };
  return { parts: count(root), isRecursive };
}

function targetOf(ref: string, root: JsonSchema): unknown {
  if (ref !== '#' && !ref.startsWith('#/')) return undefined;
  const names = ref
    .slice(2)
    .split('/')
    .filter((_, i, all) => i > 0 || all[0] !== '');
  return names.reduce<unknown>((at, name) => {
    const key = name.replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  }, root);
}

/** Of the schema itself, which is data to the schema of schemas. */
function faultIn(error: ErrorObject): JsonSchemaError {
  const { pointer, detail } = faultOf(error);
  return new JsonSchemaError(detail, pointer);
}

/** What an enum allows, where that can be said in a line. */
function allowedIn({ allowedValues }: Record<string, unknown>): string | undefined {
  const values = (allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ');
  return values.length <= allowedMaxChars ? values : undefined;
}

function faultOf({ instancePath, keyword, params, message = 'is wrong' }: ErrorObject): SchemaFault {
  const { missingProperty, additionalProperty } = params as Record<string, string | undefined>;
  if (keyword === 'required' && missingProperty !== undefined)
    return { pointer: `${instancePath}/${pointerPart(missingProperty)}`, detail: 'is required' };
  if (keyword === 'additionalProperties' && additionalProperty !== undefined)
    return { pointer: `${instancePath}/${pointerPart(additionalProperty)}`, detail: 'is not a known field' };
  const values = keyword === 'enum' ? allowedIn(params) : undefined;
  if (values) return { pointer: instancePath, detail: `is not one of ${values}` };
  return { pointer: instancePath, detail: message };
}

const pointerPart = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

function refusePatterns(schema: unknown, areNames: boolean): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [name, value] of Object.entries(schema)) {
    if (areNames) refusePattern(name);
    if (name === 'pattern' && typeof value === 'string') refusePattern(value);
    refusePatterns(value, name === 'patternProperties');
  }
}

function refusePattern(pattern: string): void {
  if (pattern.length <= patternMaxChars && safeRegex(pattern)) return;
  throw new JsonSchemaError(`the pattern ${JSON.stringify(pattern.slice(0, 80))} could run for too long`);
}

function isDeep(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth >= dataDepthMax || Object.values(value).some((inner) => isDeep(inner, depth + 1));
}
