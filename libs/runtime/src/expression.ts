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
  return (input) => {
    const { type, entity } = input;
    try {
      const data = dataOf(input);
      return program({ event: { type, entity, data }, entity, data }) === true;
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
    if (typeof value !== 'object' || value === null || !('op' in value)) return;
    const { op, args } = value as ASTNode;
    const name = op === 'call' || op === 'rcall' ? args[0] : '';
    if (loops.has(name)) found.loops++;
    if (name === 'matches') found.regex = true;
    visit(args);
  };
  visit(ast);
  return found;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
