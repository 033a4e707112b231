import type { CelType } from './types.ts';
import type { Value } from './values.ts';

interface Node {
  /** The place of the expression in the source, as an offset in UTF-16 units; of a call, where its parenthesis or operator stands. */
  readonly at: number;
  /** Set by the checker. */
  type?: CelType;
}
export interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: Value;
}
export interface Ident extends Node {
  readonly kind: 'ident';
  readonly name: string;
  /** Set by the checker if the name is that of a type: the type. */
  denotes?: CelType;
}
export interface Select extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** Whether only the presence of the field is asked, as `has` does. */
  readonly test: boolean;
  /** Set by the checker if the path is the name of a variable or a type as a whole. */
  resolved?: Ident;
}
export interface Call extends Node {
  readonly kind: 'call';
  readonly name: string;
  readonly target?: Expr;
  readonly args: readonly Expr[];
  /** Set by the checker: the overloads that fit, and the function if it is called by a qualified name, as `sets.contains` is. */
  overloads?: readonly string[];
  qualified?: string;
}
export interface ListLiteral extends Node {
  readonly kind: 'list';
  readonly items: readonly Expr[];
  /** Indices of the elements that are written `?x`. */
  readonly optional: ReadonlySet<number>;
}
export interface Entry<K> {
  readonly key: K;
  readonly value: Expr;
  readonly optional: boolean;
  readonly at: number;
}
export interface MapLiteral extends Node {
  readonly kind: 'map';
  readonly entries: readonly Entry<Expr>[];
}
export interface StructLiteral extends Node {
  readonly kind: 'struct';
  readonly name: string;
  readonly entries: readonly Entry<string>[];
  denotes?: CelType;
}
/** A loop: what `all`, `exists`, `map` and the other macros become. */
export interface Comprehension extends Node {
  readonly kind: 'comprehension';
  readonly variable: string;
  /** The second variable of a loop over keys and values, or indices and elements. */
  readonly variable2?: string;
  readonly range: Expr;
  readonly accumulator: string;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export type Expr = Literal | Ident | Select | Call | ListLiteral | MapLiteral | StructLiteral | Comprehension;

export const literal = (at: number, value: Value): Literal => ({ kind: 'literal', at, value });
export const ident = (at: number, name: string): Ident => ({ kind: 'ident', at, name });
export const call = (at: number, name: string, ...args: readonly Expr[]): Call => ({ kind: 'call', at, name, args });
export const list = (at: number, ...items: readonly Expr[]): ListLiteral => ({ kind: 'list', at, items, optional: new Set() });

/** Returns a copy that shares nothing the checker writes to: for macros that use an argument twice. */
export function copyOf<T extends Expr>(expr: T): T;
export function copyOf(expr: Expr): Expr {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return { ...expr };
    case 'select':
      return { ...expr, operand: copyOf(expr.operand) };
    case 'call':
      return { ...expr, args: expr.args.map((arg) => copyOf(arg)), ...(expr.target ? { target: copyOf(expr.target) } : {}) };
    case 'list':
      return { ...expr, items: expr.items.map((item) => copyOf(item)) };
    case 'map':
      return { ...expr, entries: expr.entries.map((e) => ({ ...e, key: copyOf(e.key), value: copyOf(e.value) })) };
    case 'struct':
      return { ...expr, entries: expr.entries.map((e) => ({ ...e, value: copyOf(e.value) })) };
    case 'comprehension':
      return {
        ...expr,
        range: copyOf(expr.range),
        init: copyOf(expr.init),
        condition: copyOf(expr.condition),
        step: copyOf(expr.step),
        result: copyOf(expr.result),
      };
  }
}

/** Returns the parts of an expression that are evaluated. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target && expr.qualified === undefined ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.items;
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.entries.map(({ value }) => value);
    case 'comprehension':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result];
    default:
      return [];
  }
}

/** Whether an expression loops over something. */
export const hasLoop = (expr: Expr): boolean => expr.kind === 'comprehension' || childrenOf(expr).some(hasLoop);

/** Whether an expression names a field of a variable, also optionally; not by an index. */
export function selectsField(expr: Expr, variable: string, field: string): boolean {
  const isVariable = (operand: Expr | undefined) => operand?.kind === 'ident' && operand.name === variable;
  if (expr.kind === 'select' && expr.field === field && isVariable(expr.operand)) return true;
  if (expr.kind === 'call' && expr.name === '_?._') {
    const [operand, name] = expr.args;
    if (isVariable(operand) && name?.kind === 'literal' && name.value === field) return true;
  }
  return childrenOf(expr).some((child) => selectsField(child, variable, field));
}
