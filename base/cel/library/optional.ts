import type { Functions, Library, Overload } from '../functions.ts';
import type { Expand, Macro } from '../macros.ts';
import { argument, MacroError } from '../macros.ts';
import { isZero, itemsOf } from '../operations.ts';
import type { Expr } from '../syntax-tree.ts';
import { call, copyOf, ident, list, literal } from '../syntax-tree.ts';
import { BOOL, DYN, INT, listType, mapType, optionalType, paramType, STRING } from '../types.ts';
import type { Value } from '../values.ts';
import { ArrayList, EvaluationError, ListValue, NONE, noSuchOverload, OptionalValue, textOf } from '../values.ts';

const K = paramType('K');
const V = paramType('V');
const OPTIONAL = optionalType(V);
const LIST = listType(V);
const MAP = mapType(K, V);

function optional(value: Value | undefined): OptionalValue {
  if (!(value instanceof OptionalValue)) throw noSuchOverload();
  return value;
}

function dereferenced(value: Value | undefined): Value {
  const inner = optional(value).value;
  if (inner === undefined) throw new EvaluationError('optional.none() dereference');
  return inner;
}

function elementAt(value: Value | undefined, index: (size: number) => number): Value {
  if (!(value instanceof ListValue)) throw noSuchOverload();
  return value.size === 0 ? NONE : new OptionalValue(value.at(index(value.size)));
}

function unwrap(value: Value | undefined): Value {
  if (!(value instanceof ListValue)) throw noSuchOverload();
  return new ArrayList(
    itemsOf(value).flatMap((item) => {
      if (!(item instanceof OptionalValue)) throw new EvaluationError(`value ${textOf(item)} is not optional`);
      return item.value === undefined ? [] : [item.value];
    }),
  );
}

const member = (overload: Omit<Overload, 'member'>): Overload => ({ ...overload, member: true });

const functions: Functions = {
  'optional.of': [{ id: 'optional_of', params: [V], result: OPTIONAL, call: (value) => new OptionalValue(value) }],
  'optional.ofNonZeroValue': [
    { id: 'optional_ofNonZeroValue', params: [V], result: OPTIONAL, call: (value = null) => (isZero(value) ? NONE : new OptionalValue(value)) },
  ],
  'optional.none': [{ id: 'optional_none', params: [], result: OPTIONAL, call: () => NONE }],
  value: [member({ id: 'optional_value', params: [OPTIONAL], result: V, call: dereferenced })],
  hasValue: [member({ id: 'optional_hasValue', params: [OPTIONAL], result: BOOL, call: (value) => optional(value).value !== undefined })],
  // The evaluator takes these itself: the second operand counts only if the first has no value.
  or: [member({ id: 'optional_or_optional', params: [OPTIONAL, OPTIONAL], result: OPTIONAL })],
  orValue: [member({ id: 'optional_orValue_value', params: [OPTIONAL, V], result: V })],
  '_?._': [{ id: 'select_optional_field', params: [DYN, STRING], result: OPTIONAL }],
  '_[?_]': [
    { id: 'list_optindex_optional_int', params: [LIST, INT], result: OPTIONAL },
    { id: 'optional_list_optindex_optional_int', params: [optionalType(LIST), INT], result: OPTIONAL },
    { id: 'map_optindex_optional_value', params: [MAP, K], result: OPTIONAL },
    { id: 'optional_map_optindex_optional_value', params: [optionalType(MAP), K], result: OPTIONAL },
  ],
  '_[_]': [
    { id: 'optional_list_index_int', params: [optionalType(LIST), INT], result: OPTIONAL },
    { id: 'optional_map_index_value', params: [optionalType(MAP), K], result: OPTIONAL },
  ],
  first: [member({ id: 'list_first', params: [LIST], result: OPTIONAL, call: (value) => elementAt(value, () => 0) })],
  last: [member({ id: 'list_last', params: [LIST], result: OPTIONAL, call: (value) => elementAt(value, (size) => size - 1) })],
  'optional.unwrap': [{ id: 'optional_unwrap', params: [listType(OPTIONAL)], result: LIST, call: unwrap }],
  unwrapOpt: [member({ id: 'optional_unwrapOpt', params: [listType(OPTIONAL)], result: LIST, call: unwrap })],
};

/** Gives a name to a value: a loop over nothing, whose accumulator is the variable. */
export function binding(at: number, name: string, value: Expr, body: Expr): Expr {
  return {
    kind: 'comprehension',
    at,
    range: list(at),
    variable: '#unused',
    accumulator: name,
    init: value,
    condition: literal(at, false),
    step: ident(at, name),
    result: body,
  };
}

const mapping =
  (name: string, wrap: (at: number, mapped: Expr) => Expr): Expand =>
  (at, target, args) => {
    const variable = argument(args, 0);
    if (variable.kind !== 'ident') throw new MacroError(variable.at, `${name}() variable name must be a simple identifier`);
    const inner: Expr = { kind: 'call', at, name: 'value', target: copyOf(target), args: [] };
    const mapped = binding(at, variable.name, inner, argument(args, 1));
    return call(at, '_?_:_', { kind: 'call', at, name: 'hasValue', target, args: [] }, wrap(at, mapped), call(at, 'optional.none'));
  };

const macros: readonly Macro[] = [
  { name: 'optMap', member: true, arity: 2, expand: mapping('optMap', (at, mapped) => call(at, 'optional.of', mapped)) },
  { name: 'optFlatMap', member: true, arity: 2, expand: mapping('optFlatMap', (_at, mapped) => mapped) },
];

/** Values that may be absent: `a.?b`, `a[?0]`, `orValue` and the rest. */
export const optionalLibrary: Library = { functions, macros, types: [OPTIONAL] };
