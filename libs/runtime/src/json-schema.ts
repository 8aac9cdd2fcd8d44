import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import safeRegex from 'safe-regex2';

export type JsonSchema = Record<string, unknown> | boolean;

/** The schema cannot be used; `message` tells its author why. */
export class JsonSchemaError extends Error {
  override readonly name = 'JsonSchemaError';
}

const schemaMaxChars = 32_768;
const patternMaxChars = 500;
const dataDepthMax = 64;

/** Where (JSON pointer into the data) and what. */
export type SchemaFault = { pointer: string; detail: string };
export type SchemaCheck = (data: unknown) => SchemaFault[];

// A CommonJS module: where it is imported from decides how its default looks.
const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void;

/**
 * A JSON Schema (2020-12) as a function that names what is wrong. Schemas come from tenants: nothing is
 * fetched for them ($ref stays inside), and patterns that can run for ever are refused.
 *
 * @throws JsonSchemaError
 */
export function compileSchema(schema: JsonSchema): SchemaCheck {
  if (JSON.stringify(schema).length > schemaMaxChars)
    throw new JsonSchemaError(`has more than ${schemaMaxChars} characters`);
  if (typeof schema === 'object' && '$async' in schema) throw new JsonSchemaError('$async cannot be used');
  refusePatterns(schema, false);
  // One for each: what a schema names with $id is its own business.
  const ajv = new Ajv2020({ strict: false, logger: false });
  addFormats(ajv);
  let check: ValidateFunction;
  try {
    check = ajv.compile(schema);
  } catch (error) {
    throw new JsonSchemaError(error instanceof Error ? error.message.slice(0, 500) : 'is no JSON Schema');
  }
  return (data) => {
    if (isDeep(data, 0)) return [{ pointer: '', detail: `is nested deeper than ${dataDepthMax}` }];
    return check(data) ? [] : (check.errors ?? []).map(faultOf);
  };
}

function faultOf({ instancePath, keyword, params, message = 'is wrong' }: ErrorObject): SchemaFault {
  const { missingProperty, additionalProperty } = params as Record<string, string | undefined>;
  if (keyword === 'required' && missingProperty !== undefined)
    return { pointer: `${instancePath}/${pointerPart(missingProperty)}`, detail: 'is required' };
  if (keyword === 'additionalProperties' && additionalProperty !== undefined)
    return { pointer: `${instancePath}/${pointerPart(additionalProperty)}`, detail: 'is not a known field' };
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
