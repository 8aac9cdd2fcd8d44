import type { FieldProblem } from '../../api/client';

const types = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];
/** Keywords whose value is a schema, a list of them, or schemas by name. */
const schemas = ['items', 'additionalProperties', 'contains', 'propertyNames', 'not', 'if', 'then', 'else'];
const lists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const maps = ['properties', 'patternProperties', '$defs', 'dependentSchemas'];
/** Whoever nests further is judged by the API alone. */
const depthMax = 64;

/**
 * What is plainly wrong with a schema, in the words of the API, which judges it whole once all of the form
 * can be read. Until then this is what can be said while the examples are not finished.
 */
export function schemaFault(value: unknown, pointer = '/schema', depth = 0): FieldProblem | undefined {
  if (typeof value === 'boolean' || depth > depthMax) return undefined;
  if (!isObject(value))
    return { pointer, detail: depth === 0 ? 'must be a JSON Schema (2020-12)' : 'must be object,boolean' };
  for (const [name, part] of Object.entries(value)) {
    const at = `${pointer}/${pointerPart(name)}`;
    const fault = keywordFault(name, part, at) ?? innerFault(name, part, at, depth + 1);
    if (fault) return fault;
  }
  return undefined;
}

function keywordFault(name: string, value: unknown, pointer: string): FieldProblem | undefined {
  if (name === 'type') {
    const wrong = [value].flat().some((one) => !types.includes(one as string));
    return wrong
      ? { pointer, detail: `is not one of ${types.map((type) => `"${type}"`).join(', ')}` }
      : undefined;
  }
  const isList = lists.includes(name) || name === 'required' || name === 'enum';
  if (isList && !Array.isArray(value)) return { pointer, detail: 'must be array' };
  if (maps.includes(name) && !isObject(value)) return { pointer, detail: 'must be object' };
  return undefined;
}

function innerFault(name: string, value: unknown, at: string, depth: number): FieldProblem | undefined {
  if (schemas.includes(name)) return schemaFault(value, at, depth);
  const isOfMany = lists.includes(name) || maps.includes(name);
  if (!isOfMany || typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const fault = schemaFault(inner, `${at}/${pointerPart(key)}`, depth);
    if (fault) return fault;
  }
  return undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const pointerPart = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
