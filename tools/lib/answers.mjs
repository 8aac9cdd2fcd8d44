// What each route answers, as JSON Schema, read from the types of the controllers' methods: nobody writes
// them down twice.
import { join } from 'node:path';
import ts from 'typescript';
import { repoRoot } from './paths.mjs';

const verbs = new Set(['Get', 'Post', 'Put', 'Patch', 'Delete']);
const depthMax = 8;

/**
 * By operation, `Controller_method` as @nestjs/swagger names it.
 * @param {string[]} apps
 * @returns {Record<string, object>}
 */
export function readAnswers(apps) {
  const files = apps.map((app) => join(repoRoot, 'apps', app, 'src', 'index.ts'));
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    experimentalDecorators: true,
    customConditions: ['@posthorn/source'],
    types: ['node'],
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  /** @type {Record<string, object>} */
  const answers = {};
  for (const file of program.getSourceFiles()) {
    if (!file.fileName.endsWith('.controller.ts')) continue;
    ts.forEachChild(file, (node) => {
      if (!ts.isClassDeclaration(node) || !node.name) return;
      for (const method of node.members) {
        if (!ts.isMethodDeclaration(method) || !isRoute(method)) continue;
        const signature = checker.getSignatureFromDeclaration(method);
        const type = signature && awaited(checker.getReturnTypeOfSignature(signature), checker);
        const schema = type && schemaOf(type, checker, method, 0);
        if (schema) answers[`${node.name.text}_${method.name.getText()}`] = schema;
      }
    });
  }
  return Object.fromEntries(Object.entries(answers).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @param {ts.MethodDeclaration} method */
function isRoute(method) {
  return (ts.getDecorators(method) ?? []).some(({ expression }) => {
    const name = ts.isCallExpression(expression) ? expression.expression.getText() : '';
    return verbs.has(name);
  });
}

/** @param {ts.Type} type @param {ts.TypeChecker} checker */
function awaited(type, checker) {
  return checker.getAwaitedType(type) ?? type;
}

/**
 * Undefined for what has no JSON body: nothing, a stream, a text that is written by hand.
 * @param {ts.Type} type
 * @param {ts.TypeChecker} checker
 * @param {ts.Node} at
 * @param {number} depth
 * @returns {object | undefined}
 */
function schemaOf(type, checker, at, depth) {
  const { flags } = type;
  if (flags & (ts.TypeFlags.Void | ts.TypeFlags.Undefined | ts.TypeFlags.Never)) return undefined;
  if (depth === 0 && (flags & ts.TypeFlags.String || type.symbol?.name === 'StreamableFile'))
    return undefined;
  if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown) || depth > depthMax) return {};
  if (type.isUnion()) return unionOf(type, checker, at, depth);
  if (flags & ts.TypeFlags.Null) return { type: 'null' };
  if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
  if (flags & ts.TypeFlags.BooleanLiteral) return { const: checker.typeToString(type) === 'true' };
  if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
  if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
  if (flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
  if (checker.isArrayLikeType(type)) {
    const [item] = checker.getTypeArguments(/** @type {ts.TypeReference} */ (type));
    return { type: 'array', items: (item && schemaOf(item, checker, at, depth + 1)) ?? {} };
  }
  return objectOf(type, checker, at, depth);
}

/** @type {(type: ts.UnionType, checker: ts.TypeChecker, at: ts.Node, depth: number) => object | undefined} */
function unionOf(type, checker, at, depth) {
  const parts = type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
  if (parts.every(({ flags }) => flags & ts.TypeFlags.BooleanLiteral))
    return parts.length > 1 ? { type: 'boolean' } : schemaOf(parts[0], checker, at, depth);
  if (parts.length > 1 && parts.every((part) => part.isStringLiteral()))
    return { type: 'string', enum: parts.map((part) => /** @type {ts.StringLiteralType} */ (part).value) };
  const booleans = parts.filter(({ flags }) => flags & ts.TypeFlags.BooleanLiteral);
  const others = booleans.length > 1 ? parts.filter((part) => !booleans.includes(part)) : parts;
  const schemas = others.flatMap((part) => schemaOf(part, checker, at, depth + 1) ?? []);
  if (booleans.length > 1) schemas.push({ type: 'boolean' });
  return schemas.length === 1 ? schemas[0] : { anyOf: schemas };
}

/** @type {(type: ts.Type, checker: ts.TypeChecker, at: ts.Node, depth: number) => object} */
function objectOf(type, checker, at, depth) {
  const index = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  const properties = checker.getPropertiesOfType(type);
  if (properties.length === 0)
    return {
      type: 'object',
      ...(index ? { additionalProperties: schemaOf(index, checker, at, depth + 1) ?? {} } : {}),
    };
  const entries = properties.flatMap((property) => {
    const schema = schemaOf(checker.getTypeOfSymbolAtLocation(property, at), checker, at, depth + 1);
    return schema ? [{ property, schema }] : [];
  });
  const required = entries.filter(({ property }) => !(property.flags & ts.SymbolFlags.Optional));
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(({ property, schema }) => [property.name, schema])),
    ...(required.length > 0 ? { required: required.map(({ property }) => property.name) } : {}),
  };
}
