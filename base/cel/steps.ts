import { indexOf } from './operations.ts';
import type { Variables } from './program.ts';
import type { ListLiteral } from './syntax-tree.ts';
import type { Value } from './values.ts';
import {
  ArrayList,
  CostLimitExceeded,
  EvaluationError,
  ListValue,
  MapValue,
  NONE,
  noSuchKey,
  noSuchOverload,
  OptionalValue,
  textOf,
} from './values.ts';

/** The state of one evaluation. */
export interface Frame {
  readonly variables: Variables;
  /** Values of variables that were read. */
  readonly globals: (Value | undefined)[];
  /** Values of the variables of loops. An accumulator may hold an error, which `&&` and `||` may absorb. */
  readonly locals: (Value | EvaluationError)[];
  cost: number;
  readonly limit: number;
  /** The cost at which a sliced evaluation pauses next. */
  pauseAt: number;
}

/** Computes a part of the expression. Throws EvaluationError. */
export type Step = (frame: Frame) => Value;

/** Does the same, and yields after every SLICE of cost, so that others may have a turn. */
export type SlicedStep = (frame: Frame) => Generator<undefined, Value>;

/** The cost of some milliseconds. */
export const SLICE = 10_000;

export function charge(frame: Frame, cost: number): void {
  frame.cost += cost;
  if (frame.cost > frame.limit) throw new CostLimitExceeded('operation cancelled: actual cost limit exceeded');
}

/** Rethrows what is no error of the expression, or is none that operators may absorb. */
export function absorbable(error: unknown): EvaluationError {
  if (!(error instanceof EvaluationError) || error instanceof CostLimitExceeded) throw error;
  return error;
}

export const unsliced = (run: Step): SlicedStep =>
  // biome-ignore lint/correctness/useYield: it has no place to pause at.
  function* (frame) {
    return run(frame);
  };

/** Returns the value of a loop's variable. @throws the error that an accumulator holds */
export function localValue(frame: Frame, slot: number, name: string): Value {
  const value = frame.locals[slot];
  if (value === undefined || value instanceof EvaluationError) throw value ?? new EvaluationError(`no such attribute(s): ${name}`);
  return value;
}

export const isConstant = (expr: ListLiteral): boolean => expr.items.every(({ kind }) => kind === 'literal') && expr.optional.size === 0;
export const constantList = (expr: ListLiteral): ListValue => new ArrayList(expr.items.map((item) => (item.kind === 'literal' ? item.value : null)));

/** Returns the value of an entry of a literal; undefined if it is an optional one without a value. */
export function presentEntry(value: Value, optional: boolean, key: Value): Value | undefined {
  if (!optional) return value;
  if (value instanceof OptionalValue) return value.value;
  throw new EvaluationError(`cannot initialize optional entry '${textOf(key)}' from non-optional value ${textOf(value)}`);
}

/**
 * Returns an element of a list, a value of a map or a field of a structure.
 * @throws EvaluationError if there is none, unless it is asked for optionally
 */
export function at(target: Value, key: Value, optional: boolean): Value {
  if (target instanceof OptionalValue) return target.value === undefined ? NONE : at(target.value, key, true);
  const found = element(target, key, optional);
  if (!optional) {
    if (found === undefined) throw noSuchKey(key);
    return found;
  }
  return found === undefined ? NONE : new OptionalValue(found);
}

function element(target: Value, key: Value, optional: boolean): Value | undefined {
  if (target instanceof MapValue) {
    if (optional && !target.has(key)) return undefined;
    return target.find(key);
  }
  if (!(target instanceof ListValue)) return undefined;
  if (!optional) return target.at(indexOf(target, key));
  const index = Number(typeof key === 'bigint' || typeof key === 'number' ? key : Number.NaN);
  return Number.isInteger(index) && index >= 0 && index < target.size ? target.at(index) : undefined;
}

export const access =
  (target: Step, key: Step, optional: boolean): Step =>
  (frame) => {
    const value = target(frame);
    const index = key(frame);
    charge(frame, 1);
    return at(value, index, optional);
  };

export const alternative =
  (target: Step, other: Step, stayOptional: boolean): Step =>
  (frame) => {
    const value = target(frame);
    if (!(value instanceof OptionalValue)) throw noSuchOverload();
    if (value.value === undefined) return other(frame);
    return stayOptional ? value : value.value;
  };

export const notStrictlyFalse =
  (operand: Step): Step =>
  (frame) => {
    charge(frame, 1);
    try {
      return operand(frame) !== false;
    } catch (error) {
      absorbable(error);
      return true;
    }
  };

export const conditional =
  (condition: Step, then: Step, otherwise: Step): Step =>
  (frame) => {
    const holds = condition(frame);
    if (holds === true) return then(frame);
    if (holds === false) return otherwise(frame);
    throw noSuchOverload();
  };

/** `&&` and `||`: an operand that decides the result makes an error of the other one not count. */
export function logical(a: Step, b: Step, decisive: boolean): Step {
  return (frame) => {
    let left: Value | EvaluationError;
    try {
      left = a(frame);
      if (left === decisive) return decisive;
    } catch (error) {
      left = absorbable(error);
    }
    try {
      return decided(left, b(frame), decisive);
    } catch (error) {
      throw firstOf(left, error);
    }
  };
}

export function slicedLogical(a: SlicedStep, b: SlicedStep, decisive: boolean): SlicedStep {
  return function* (frame) {
    let left: Value | EvaluationError;
    try {
      left = yield* a(frame);
      if (left === decisive) return decisive;
    } catch (error) {
      left = absorbable(error);
    }
    try {
      return decided(left, yield* b(frame), decisive);
    } catch (error) {
      throw firstOf(left, error);
    }
  };
}

/** Of two operands that fail the first counts, unless the other's failure ends the evaluation. */
function firstOf(left: Value | EvaluationError, error: unknown): unknown {
  if (!(left instanceof EvaluationError)) return error;
  absorbable(error);
  return left;
}

function decided(left: Value | EvaluationError, right: Value, decisive: boolean): boolean {
  if (right === decisive) return decisive;
  if (left === !decisive && right === !decisive) return !decisive;
  throw left instanceof EvaluationError ? left : noSuchOverload();
}
