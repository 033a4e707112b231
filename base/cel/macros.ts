import type { Call, Comprehension, Expr } from './syntax-tree.ts';
import { call, ident, list, literal } from './syntax-tree.ts';

/** The name of the accumulator of loops: no expression can name it. */
export const ACCUMULATOR = '@result';
const RESERVED_ACCUMULATORS: ReadonlySet<string> = new Set([ACCUMULATOR, '__result__']);

/** A macro's argument is not what it must be. */
export class MacroError extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/**
 * Rewrites a call. `at` is where the call's parenthesis stands. Returns undefined to leave the call as it is.
 * @throws MacroError if an argument has a wrong form
 */
export type Expand = (at: number, target: Expr, args: readonly Expr[]) => Expr | undefined;

/** A call that the parser rewrites, by its name and its number of arguments. */
export interface Macro {
  readonly name: string;
  readonly member: boolean;
  readonly arity: number;
  readonly expand: Expand;
}

export const macroKey = (name: string, arity: number, member: boolean): string => `${name}/${arity}/${member ? 'member' : 'global'}`;

/** Returns an argument. The parser calls a macro with as many arguments as it declares. */
export function argument(args: readonly Expr[], index: number): Expr {
  const arg = args[index];
  if (!arg) throw new RangeError(`a macro got no argument ${index}`);
  return arg;
}

/** @throws MacroError with `message` if the argument is no simple name. */
export function variableName(arg: Expr, message: string): string {
  if (arg.kind !== 'ident') throw new MacroError(arg.at, message);
  if (RESERVED_ACCUMULATORS.has(arg.name)) throw new MacroError(arg.at, 'iteration variable overwrites accumulator variable');
  return arg.name;
}

export interface Loop {
  readonly range: Expr;
  readonly variables: readonly [string, string?];
  readonly init: Expr;
  readonly condition?: Expr;
  readonly step: Expr;
  readonly result?: Expr;
}

export function loop(at: number, { range, variables: [variable, variable2], init, condition, step, result }: Loop): Comprehension {
  return {
    kind: 'comprehension',
    at,
    range,
    variable,
    ...(variable2 === undefined ? {} : { variable2 }),
    accumulator: ACCUMULATOR,
    init,
    condition: condition ?? literal(at, true),
    step,
    result: result ?? ident(at, ACCUMULATOR),
  };
}

export const accumulated = (at: number): Expr => ident(at, ACCUMULATOR);
/** Takes the step only if the filter holds. */
export const filtered = (at: number, filter: Expr | undefined, step: Expr): Expr =>
  filter ? call(at, '_?_:_', filter, step, accumulated(at)) : step;
const appended = (at: number, item: Expr): Call => call(at, '_+_', accumulated(at), list(at, item));

type Names = readonly [string, string?];

export const all = (at: number, range: Expr, variables: Names, predicate: Expr): Expr =>
  loop(at, {
    range,
    variables,
    init: literal(at, true),
    condition: call(at, '@not_strictly_false', accumulated(at)),
    step: call(at, '_&&_', accumulated(at), predicate),
  });

export const exists = (at: number, range: Expr, variables: Names, predicate: Expr): Expr =>
  loop(at, {
    range,
    variables,
    init: literal(at, false),
    condition: call(at, '@not_strictly_false', call(at, '!_', accumulated(at))),
    step: call(at, '_||_', accumulated(at), predicate),
  });

export const existsOne = (at: number, range: Expr, variables: Names, predicate: Expr): Expr =>
  loop(at, {
    range,
    variables,
    init: literal(at, 0n),
    step: filtered(at, predicate, call(at, '_+_', accumulated(at), literal(at, 1n))),
    result: call(at, '_==_', accumulated(at), literal(at, 1n)),
  });

/** Collects the transformed elements of a range. */
export const collect = (at: number, range: Expr, variables: Names, filter: Expr | undefined, transform: Expr): Expr =>
  loop(at, { range, variables, init: list(at), step: filtered(at, filter, appended(at, transform)) });

const SIMPLE = 'argument must be a simple name';
const IDENTIFIER = 'argument is not an identifier';
const quantifier =
  (make: typeof all): Expand =>
  (at, target, args) =>
    make(at, target, [variableName(argument(args, 0), SIMPLE)], argument(args, 1));

/** The macros of the language itself. */
export const standardMacros: readonly Macro[] = [
  {
    name: 'has',
    member: false,
    arity: 1,
    expand: (at, _target, args) => {
      const arg = argument(args, 0);
      if (arg.kind !== 'select') throw new MacroError(arg.at, 'invalid argument to has() macro');
      return { kind: 'select', at, operand: arg.operand, field: arg.field, test: true };
    },
  },
  { name: 'all', member: true, arity: 2, expand: quantifier(all) },
  { name: 'exists', member: true, arity: 2, expand: quantifier(exists) },
  { name: 'exists_one', member: true, arity: 2, expand: quantifier(existsOne) },
  { name: 'existsOne', member: true, arity: 2, expand: quantifier(existsOne) },
  {
    name: 'map',
    member: true,
    arity: 2,
    expand: (at, target, args) => collect(at, target, [variableName(argument(args, 0), IDENTIFIER)], undefined, argument(args, 1)),
  },
  {
    name: 'map',
    member: true,
    arity: 3,
    expand: (at, target, args) => collect(at, target, [variableName(argument(args, 0), IDENTIFIER)], argument(args, 1), argument(args, 2)),
  },
  {
    name: 'filter',
    member: true,
    arity: 2,
    expand: (at, target, args) => {
      const name = variableName(argument(args, 0), IDENTIFIER);
      return collect(at, target, [name], argument(args, 1), ident(argument(args, 0).at, name));
    },
  },
];
