import type { CostRange, SizeHint, SizeRange } from './cost.ts';
import type { Macro } from './macros.ts';
import type { CelType } from './types.ts';
import type { Value } from './values.ts';

/** One signature of a function. */
export interface Overload {
  /** The name by which cel-go knows the signature. */
  readonly id: string;
  /** It is called on its first parameter, as in `x.size()`. */
  readonly member?: boolean;
  readonly params: readonly CelType[];
  readonly result: CelType;
  /** Throws EvaluationError if the call fails. Undefined where the evaluator treats the call itself, as it does `a && b`. */
  readonly call?: (...args: readonly Value[]) => Value;
}

export type Functions = Readonly<Record<string, readonly Overload[]>>;

/** A call whose cost is estimated: its overload and its arguments, the target of a member function first. */
export interface EstimatedCall {
  readonly name: string;
  readonly overload: string;
  readonly args: readonly EstimatedArgument[];
  readonly isMember: boolean;
  readonly sizeOf: SizeHint;
}
export interface EstimatedArgument {
  readonly path: readonly string[] | undefined;
  readonly type: CelType;
  /** Undefined if neither the expression nor the data bounds the size. */
  readonly size: SizeRange | undefined;
  /** The value of a literal. */
  readonly literal?: Value;
}

/** The costs of a library's functions. Both return undefined to leave a call to the defaults. */
export interface Costs {
  /** Returns the cost of a call that was made. */
  readonly of: (name: string, overload: string, args: readonly Value[], result: Value) => number | undefined;
  /** Bounds the cost of a call, without that of its arguments, and the size of its result. */
  readonly estimate: (call: EstimatedCall) => { readonly cost: CostRange; readonly size?: SizeRange } | undefined;
}

/** Functions, macros and types that belong together. */
export interface Library {
  readonly functions?: Functions;
  readonly macros?: readonly Macro[];
  /** Types that expressions may name, as in `type(x) == net.IP`. */
  readonly types?: readonly CelType[];
}
