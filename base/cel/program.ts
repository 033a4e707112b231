import type { CostRange, SizeHint } from './cost.ts';
import type { CelType } from './types.ts';
import type { EvaluationError, Value } from './values.ts';

/** The variables of one evaluation. A function is called when the variable is first read, and its value is kept. */
export type Variables = Readonly<Record<string, Value | (() => Value)>>;

/** An expression that compiled. It keeps no state between evaluations. */
export interface Program {
  readonly source: string;
  readonly type: CelType;
  /** The variables that the expression reads. */
  readonly references: ReadonlySet<string>;
  /** Whether the expression names a field of a variable, as `v.f`, `has(v.f)` or `v.?f`; not by an index. */
  selects(variable: string, field: string): boolean;
  /**
   * Evaluates the expression. The evaluation stops with a `CostLimitExceeded` once it costs more than `limit`; without one, it costs up to
   * the limit of a single call, PER_CALL_LIMIT.
   */
  evaluate(variables: Variables, limit?: number): Outcome;
  /**
   * Evaluates the expression in turns of some milliseconds, so that a long loop holds up nobody else. Functions may take their time too: see
   * `Suspended`. The outcome is that of `evaluate`.
   */
  evaluateInTurns(variables: Variables, limit?: number): Promise<Outcome>;
  /**
   * Estimates the cost of an evaluation before there are values.
   * @param sizeOf bounds the size of a value by its path, such as `['self', 'items', '@items']`
   */
  estimate(sizeOf?: SizeHint): CostRange;
}

/** The result of an evaluation. Its cost is counted in either case. */
export type Outcome =
  | { readonly value: Value; readonly error?: undefined; readonly cost: number }
  | { readonly value?: undefined; readonly error: EvaluationError; readonly cost: number };

/**
 * The result of compiling. `message` is cel-go's text of all issues: `ERROR: <input>:1:6: undeclared reference to 'x' (in container '')` and
 * so on, each with its line and a caret below it. An expression of another type than the expected ones compiles to a program whose `type`
 * the caller compares: upstream words that error differently at every place.
 */
export type Compiled = { readonly program: Program; readonly message?: undefined } | { readonly program?: undefined; readonly message: string };

export interface EnvironmentExtension {
  /** The variables and their types. A variable may have a dotted name. */
  readonly variables?: Readonly<Record<string, CelType>>;
  /** Returns the type of structures that expressions may construct or name. */
  readonly types?: (name: string) => CelType | undefined;
}

/** The variables, types and functions that expressions may use. Environments are immutable; extending one costs little. */
export interface Environment {
  extend(extension: EnvironmentExtension): Environment;
  compile(source: string): Compiled;
}

/** The cost that one evaluation may come to unless the caller says otherwise, as upstream: about a tenth of a second in its measure. */
export const PER_CALL_LIMIT = 1_000_000;
