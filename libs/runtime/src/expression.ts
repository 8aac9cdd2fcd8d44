import { Environment, type ASTNode } from '@marcbachmann/cel-js';

/** What an expression looks at: `event.type`, `entity` (also `event.entity`) and `data`. */
export type ExpressionInput = {
  type: string;
  entity: { name: string; id: string } | null;
  /** JSON, as it was published. */
  data?: Uint8Array;
};

export type Expression = (input: ExpressionInput) => boolean;

/** The expression cannot be used; `message` tells its author why. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

const textMaxChars = 1_000;
/** A loop over a list inside a loop over a list is already quadratic in what a publisher sends. */
const loopsMax = 1;
const loops = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);
const comparisons = new Set(['==', '!=', '<', '<=', '>', '>=']);
const keptMax = 10_000;

const environment = new Environment({
  limits: { maxAstNodes: 200, maxDepth: 24, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 8 },
})
  .registerVariable('event', 'map')
  .registerVariable('entity', 'dyn')
  .registerVariable('data', 'dyn');

const compiled = new Map<string, Expression>();
/** Several subscriptions look at one event: its data is parsed once. */
const parsed = new WeakMap<ExpressionInput, unknown>();

/**
 * A CEL condition over an event (Common Expression Language, google/cel-spec), compiled once per text. It
 * never throws: what cannot be decided for an event (a field that is not there, another type) is false.
 * `matches` is not offered: JavaScript's regular expressions can be made to run for hours.
 *
 * @throws ExpressionError when it does not parse, is no condition, or is larger than the limits
 */
export function compileExpression(text: string): Expression {
  const known = compiled.get(text);
  if (known) return known;
  const expression = compile(text);
  if (compiled.size >= keptMax) compiled.delete(compiled.keys().next().value!);
  compiled.set(text, expression);
  return expression;
}

const unusable = new Set<string>();
const unusableMax = 1_000;
let tell = (_: { expression: string; why: string }): void => undefined;

/** @param told hears, once for each text, of what `storedExpression` could not use */
export function onUnusableExpression(told: typeof tell): void {
  tell = told;
}

/**
 * One that was checked when it was stored, perhaps by another version of Posthorn: where this one cannot use
 * it, it matches nothing and that is told. A partition must not stand still for it.
 */
export function storedExpression(text: string): Expression {
  try {
    return compileExpression(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    if (!unusable.has(text) && unusable.size < unusableMax) {
      unusable.add(text);
      tell({ expression: text, why: error.message });
    }
    return () => false;
  }
}

function compile(text: string): Expression {
  if (text.length > textMaxChars) throw new ExpressionError(`has more than ${textMaxChars} characters`);
  let program: ReturnType<typeof environment.parse>;
  try {
    program = environment.parse(text);
    const { valid, type, error } = program.check();
    if (!valid) throw error ?? new Error('does not fit together');
    if (type !== 'bool' && type !== 'dyn') throw new Error(`is a ${String(type)}, not a condition`);
  } catch (error) {
    throw new ExpressionError(firstLine(error));
  }
  const looping = count(program.ast);
  if (looping.regex)
    throw new ExpressionError('matches() cannot be used; see startsWith, endsWith, contains');
  if (looping.loops > loopsMax) throw new ExpressionError(`may go through a list at most ${loopsMax} times`);
  const compared = comparedInLoop(program.ast);
  return (input) => {
    const { type, entity } = input;
    try {
      const data = dataOf(input);
      const known = { event: { type, entity, data }, entity, data };
      if (compared.some((path) => !isScalar(path, known))) return false;
      return program(known) === true;
    } catch {
      return false;
    }
  };
}

function dataOf(input: ExpressionInput): unknown {
  if (parsed.has(input)) return parsed.get(input);
  const { data } = input;
  const value: unknown = data && data.length > 0 ? JSON.parse(Buffer.from(data).toString('utf8')) : null;
  parsed.set(input, value);
  return value;
}

function count(ast: ASTNode): { loops: number; regex: boolean } {
  const found = { loops: 0, regex: false };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isNode(value)) return;
    const { op, args } = value;
    const name = op === 'call' || op === 'rcall' ? args[0] : '';
    if (loops.has(name)) found.loops++;
    if (name === 'matches') found.regex = true;
    visit(args);
  };
  visit(ast);
  return found;
}

/** `data.a["b"]` is data, a, b. */
type Path = readonly string[];

/**
 * The paths that a loop compares its elements with. Apart from such comparisons a loop looks at its element
 * alone: whatever else it did with the event's data would be done once for each element, and that is
 * quadratic in what a publisher sends.
 *
 * @throws ExpressionError
 */
function comparedInLoop(ast: ASTNode): Path[] {
  const found: Path[] = [];
  const inLoop = (value: unknown, element: string): void => {
    if (Array.isArray(value)) return value.forEach((one) => inLoop(one, element));
    if (!isNode(value)) return;
    const { op, args } = value;
    if (op === 'id' && args !== element)
      throw new ExpressionError(`inside a list, ${String(args)} can only be compared with its element`);
    const path = comparisons.has(op) ? outerSide(args as [ASTNode, ASTNode], element) : undefined;
    if (!path) return inLoop(args, element);
    found.push(path.names);
    inLoop(path.other, element);
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isNode(value)) return;
    const { op, args } = value;
    if (op !== 'rcall' || !loops.has(args[0] as string)) return visit(args);
    const [, list, [element, ...body]] = args as [string, ASTNode, ASTNode[]];
    visit(list);
    inLoop(body, (element as { args: unknown }).args as string);
  };
  visit(ast);
  return found;
}

/** Where one side of a comparison is a path from outside of the loop. */
function outerSide([left, right]: [ASTNode, ASTNode], element: string) {
  const [ofLeft, ofRight] = [pathOf(left), pathOf(right)];
  if (ofLeft && ofLeft[0] !== element) return { names: ofLeft, other: right };
  return ofRight && ofRight[0] !== element ? { names: ofRight, other: left } : undefined;
}

function pathOf({ op, args }: ASTNode): Path | undefined {
  if (op === 'id') return [args as unknown as string];
  if (op !== '.' && op !== '[]') return undefined;
  const [of, last] = args as [ASTNode, ASTNode | string];
  const name = typeof last === 'string' ? last : last.op === 'value' ? String(last.args) : undefined;
  const path = pathOf(of);
  return path && name !== undefined ? [...path, name] : undefined;
}

/** Lists and maps are compared whole, each time. */
function isScalar(path: Path, known: object): boolean {
  const value = path.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name)
        ? (at as Record<string, unknown>)[name]
        : undefined,
    known,
  );
  return typeof value !== 'object' || value === null;
}

const isNode = (value: unknown): value is ASTNode =>
  typeof value === 'object' && value !== null && 'op' in value;

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
