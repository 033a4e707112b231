import { goPattern } from '../../regexp.ts';
import { toBool, toBytes, toDouble, toDuration, toInt, toText, toTimestamp, toUint } from '../conversions.ts';
import type { Functions, Library, Overload } from '../functions.ts';
import { standardMacros } from '../macros.ts';
import { add, compare, divide, isIn, modulo, multiply, negate, sizeOf, subtract } from '../operations.ts';
import type { CelType } from '../types.ts';
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listType, mapType, NULL, paramType, STRING, TIMESTAMP, TYPE, typeType, UINT } from '../types.ts';
import type { Value } from '../values.ts';
import { EvaluationError, noSuchOverload, TypeValue, typeOf } from '../values.ts';

const A = paramType('A');
const B = paramType('B');
const LIST = listType(A);
const MAP = mapType(A, B);

type Row = readonly [id: string, params: readonly CelType[], result: CelType];
const overloads = (call: Overload['call'], rows: readonly Row[]): readonly Overload[] =>
  rows.map(([id, params, result]) => ({ id, params, result, ...(call ? { call } : {}) }));
const members = (call: Overload['call'], rows: readonly Row[]): readonly Overload[] => overloads(call, rows).map((o) => ({ ...o, member: true }));

/** Checks that a value is text. The evaluator's dispatch has made sure of it, except for calls whose overload was chosen at compile time. */
export function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw noSuchOverload();
  return value;
}

const ORDERED: readonly Row[] = [
  ['bool', [BOOL, BOOL], BOOL],
  ['int64', [INT, INT], BOOL],
  ['int64_double', [INT, DOUBLE], BOOL],
  ['int64_uint64', [INT, UINT], BOOL],
  ['uint64', [UINT, UINT], BOOL],
  ['uint64_double', [UINT, DOUBLE], BOOL],
  ['uint64_int64', [UINT, INT], BOOL],
  ['double', [DOUBLE, DOUBLE], BOOL],
  ['double_int64', [DOUBLE, INT], BOOL],
  ['double_uint64', [DOUBLE, UINT], BOOL],
  ['string', [STRING, STRING], BOOL],
  ['bytes', [BYTES, BYTES], BOOL],
  ['timestamp', [TIMESTAMP, TIMESTAMP], BOOL],
  ['duration', [DURATION, DURATION], BOOL],
];
const NAN = 'NaN values cannot be ordered';
const ordering = (prefix: string, holds: (order: number) => boolean): readonly Overload[] =>
  overloads(
    (a = null, b = null) => {
      try {
        return holds(compare(a, b));
      } catch (error) {
        // Comparing with NaN is an error, unlike in JavaScript.
        if (error instanceof EvaluationError && error.message === NAN) throw new EvaluationError(NAN);
        throw error;
      }
    },
    ORDERED.map(([id, params, result]) => [`${prefix}_${id}`, params, result]),
  );
const binary =
  (operation: (a: Value, b: Value) => Value): Overload['call'] =>
  (a = null, b = null) =>
    operation(a, b);
const unary =
  (operation: (a: Value) => Value): Overload['call'] =>
  (a = null) =>
    operation(a);

const SIZES: readonly (readonly [string, CelType])[] = [
  ['bytes', BYTES],
  ['list', LIST],
  ['map', MAP],
  ['string', STRING],
];
const size = unary((value) => BigInt(sizeOf(value)));
const onText = (id: string, test: (whole: string, part: string) => boolean): readonly Overload[] =>
  members((whole, part) => test(text(whole), text(part)), [[id, [STRING, STRING], BOOL]]);

function matches(value: Value | undefined, pattern: Value | undefined): boolean {
  try {
    return goPattern(text(pattern)).test(text(value));
  } catch (error) {
    if (error instanceof SyntaxError) throw new EvaluationError(error.message);
    throw error;
  }
}

const operators: Functions = {
  '_?_:_': overloads(undefined, [['conditional', [BOOL, A, A], A]]),
  '_&&_': overloads(undefined, [['logical_and', [BOOL, BOOL], BOOL]]),
  '_||_': overloads(undefined, [['logical_or', [BOOL, BOOL], BOOL]]),
  '!_': overloads(
    unary((value) => {
      if (typeof value !== 'boolean') throw noSuchOverload();
      return !value;
    }),
    [['logical_not', [BOOL], BOOL]],
  ),
  '@not_strictly_false': overloads(undefined, [['not_strictly_false', [BOOL], BOOL]]),
  '_==_': overloads(undefined, [['equals', [A, A], BOOL]]),
  '_!=_': overloads(undefined, [['not_equals', [A, A], BOOL]]),
  '_[_]': overloads(undefined, [
    ['index_list', [LIST, INT], A],
    ['index_map', [MAP, A], B],
  ]),
  '@in': overloads(binary(isIn), [
    ['in_list', [A, LIST], BOOL],
    ['in_map', [A, MAP], BOOL],
  ]),
  '_+_': overloads(binary(add), [
    ['add_bytes', [BYTES, BYTES], BYTES],
    ['add_double', [DOUBLE, DOUBLE], DOUBLE],
    ['add_duration_duration', [DURATION, DURATION], DURATION],
    ['add_duration_timestamp', [DURATION, TIMESTAMP], TIMESTAMP],
    ['add_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP],
    ['add_int64', [INT, INT], INT],
    ['add_list', [LIST, LIST], LIST],
    ['add_string', [STRING, STRING], STRING],
    ['add_uint64', [UINT, UINT], UINT],
  ]),
  '_/_': overloads(binary(divide), [
    ['divide_double', [DOUBLE, DOUBLE], DOUBLE],
    ['divide_int64', [INT, INT], INT],
    ['divide_uint64', [UINT, UINT], UINT],
  ]),
  '_%_': overloads(binary(modulo), [
    ['modulo_int64', [INT, INT], INT],
    ['modulo_uint64', [UINT, UINT], UINT],
  ]),
  '_*_': overloads(binary(multiply), [
    ['multiply_double', [DOUBLE, DOUBLE], DOUBLE],
    ['multiply_int64', [INT, INT], INT],
    ['multiply_uint64', [UINT, UINT], UINT],
  ]),
  '-_': overloads(unary(negate), [
    ['negate_double', [DOUBLE], DOUBLE],
    ['negate_int64', [INT], INT],
  ]),
  '_-_': overloads(binary(subtract), [
    ['subtract_double', [DOUBLE, DOUBLE], DOUBLE],
    ['subtract_duration_duration', [DURATION, DURATION], DURATION],
    ['subtract_int64', [INT, INT], INT],
    ['subtract_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP],
    ['subtract_timestamp_timestamp', [TIMESTAMP, TIMESTAMP], DURATION],
    ['subtract_uint64', [UINT, UINT], UINT],
  ]),
  '_<_': ordering('less', (order) => order < 0),
  '_<=_': ordering('less_equals', (order) => order <= 0),
  '_>_': ordering('greater', (order) => order > 0),
  '_>=_': ordering('greater_equals', (order) => order >= 0),
};

const conversions: Functions = {
  type: overloads(
    unary((value) => new TypeValue(typeOf(value))),
    [['type', [A], typeType(A)]],
  ),
  dyn: overloads(
    unary((value) => value),
    [['to_dyn', [A], DYN]],
  ),
  bool: overloads(unary(toBool), [
    ['bool_to_bool', [BOOL], BOOL],
    ['string_to_bool', [STRING], BOOL],
  ]),
  bytes: overloads(unary(toBytes), [
    ['bytes_to_bytes', [BYTES], BYTES],
    ['string_to_bytes', [STRING], BYTES],
  ]),
  double: overloads(unary(toDouble), [
    ['double_to_double', [DOUBLE], DOUBLE],
    ['int64_to_double', [INT], DOUBLE],
    ['string_to_double', [STRING], DOUBLE],
    ['uint64_to_double', [UINT], DOUBLE],
  ]),
  duration: overloads(unary(toDuration), [
    ['duration_to_duration', [DURATION], DURATION],
    ['string_to_duration', [STRING], DURATION],
  ]),
  int: overloads(unary(toInt), [
    ['int64_to_int64', [INT], INT],
    ['double_to_int64', [DOUBLE], INT],
    ['duration_to_int64', [DURATION], INT],
    ['string_to_int64', [STRING], INT],
    ['timestamp_to_int64', [TIMESTAMP], INT],
    ['uint64_to_int64', [UINT], INT],
  ]),
  string: overloads(unary(toText), [
    ['string_to_string', [STRING], STRING],
    ['bool_to_string', [BOOL], STRING],
    ['bytes_to_string', [BYTES], STRING],
    ['double_to_string', [DOUBLE], STRING],
    ['duration_to_string', [DURATION], STRING],
    ['int64_to_string', [INT], STRING],
    ['timestamp_to_string', [TIMESTAMP], STRING],
    ['uint64_to_string', [UINT], STRING],
  ]),
  timestamp: overloads(unary(toTimestamp), [
    ['timestamp_to_timestamp', [TIMESTAMP], TIMESTAMP],
    ['int64_to_timestamp', [INT], TIMESTAMP],
    ['string_to_timestamp', [STRING], TIMESTAMP],
  ]),
  uint: overloads(unary(toUint), [
    ['uint64_to_uint64', [UINT], UINT],
    ['double_to_uint64', [DOUBLE], UINT],
    ['int64_to_uint64', [INT], UINT],
    ['string_to_uint64', [STRING], UINT],
  ]),
};

/** The functions, macros and types of the language itself, but for times. */
export const standardLibrary: Library = {
  macros: standardMacros,
  types: [BOOL, BYTES, DOUBLE, DURATION, INT, LIST, MAP, NULL, STRING, TIMESTAMP, TYPE, UINT],
  functions: {
    ...operators,
    ...conversions,
    size: [
      ...SIZES.flatMap(([name, type]) => [...overloads(size, [[`size_${name}`, [type], INT]]), ...members(size, [[`${name}_size`, [type], INT]])]),
    ],
    contains: onText('contains_string', (whole, part) => whole.includes(part)),
    endsWith: onText('ends_with_string', (whole, part) => whole.endsWith(part)),
    startsWith: onText('starts_with_string', (whole, part) => whole.startsWith(part)),
    matches: [...overloads(matches, [['matches', [STRING, STRING], BOOL]]), ...members(matches, [['matches_string', [STRING, STRING], BOOL]])],
  },
};
