import type { CostRange, SizeRange } from '../cost.ts';
import { LIST_COST, MAX, plus, range, STRING_FACTOR, scaled, times, UNKNOWN } from '../cost.ts';
import type { Costs, EstimatedArgument, Functions, Library, Overload } from '../functions.ts';
import type { Macro } from '../macros.ts';
import { argument, collect, variableName } from '../macros.ts';
import { compare, equal, itemsOf, sizeOf } from '../operations.ts';
import { ident } from '../syntax-tree.ts';
import type { CelType } from '../types.ts';
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listType, paramType, STRING, TIMESTAMP, UINT } from '../types.ts';
import type { Value } from '../values.ts';
import { ArrayList, EvaluationError, ListValue, noSuchOverload, typeOf } from '../values.ts';
import { binding } from './optional.ts';

const T = paramType('T');
const LIST = listType(T);
const COMPARABLE: readonly CelType[] = [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES];
/** A list of more elements than this cannot be made: upstream would run out of memory. */
const MAX_RANGE = 10_000_000;

function listOf(value: Value | undefined): ListValue {
  if (!(value instanceof ListValue)) throw noSuchOverload();
  return value;
}

function slice(list: ListValue, start: Value | undefined, end: Value | undefined): Value {
  if (typeof start !== 'bigint' || typeof end !== 'bigint') throw noSuchOverload();
  const failed = (why: string): EvaluationError => new EvaluationError(`cannot slice(${start}, ${end}), ${why}`);
  if (start < 0n || end < 0n) throw failed('negative indexes not supported');
  if (start > end) throw failed('start index must be less than or equal to end index');
  if (end > BigInt(list.size)) throw failed(`list is length ${list.size}`);
  return new ArrayList(itemsOf(list).slice(Number(start), Number(end)));
}

function flattened(list: ListValue, depth: bigint): Value[] {
  if (depth < 0n) throw new EvaluationError('level must be non-negative');
  return itemsOf(list).flatMap((item) => (item instanceof ListValue && depth > 0n ? flattened(item, depth - 1n) : [item]));
}

function sortedBy(list: ListValue, keys: ListValue): Value {
  if (list.size !== keys.size) {
    throw new EvaluationError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.size} and ${keys.size} elements respectively`,
    );
  }
  const all = itemsOf(keys);
  const [first] = all;
  if (first === undefined) return list;
  if (!COMPARABLE.some((type) => type.name === typeOf(first).name)) throw new EvaluationError('list elements must be comparable');
  if (all.some((key) => typeOf(key).name !== typeOf(first).name)) throw new EvaluationError('list elements must have the same type');
  const order = all.map((key, index) => ({ key, index })).sort((a, b) => compare(a.key, b.key));
  return new ArrayList(order.map(({ index }) => list.at(index)));
}

function distinct(list: ListValue): Value {
  const found: Value[] = [];
  for (const item of itemsOf(list)) if (!found.some((known) => equal(known, item))) found.push(item);
  return new ArrayList(found);
}

function rangeTo(end: Value | undefined): Value {
  if (typeof end !== 'bigint') throw noSuchOverload();
  if (end > BigInt(MAX_RANGE)) throw new EvaluationError(`lists.range(${end}): at most ${MAX_RANGE} elements are supported`);
  return new ArrayList(Array.from({ length: Math.max(0, Number(end)) }, (_, i) => BigInt(i)));
}

const member = (id: string, params: readonly CelType[], result: CelType, call: Overload['call']): Overload => ({
  id,
  member: true,
  params,
  result,
  ...(call ? { call } : {}),
});

const functions: Functions = {
  slice: [member('list_slice', [LIST, INT, INT], LIST, (list, start, end) => slice(listOf(list), start, end))],
  flatten: [
    member('list_flatten', [listType(LIST)], LIST, (list) => new ArrayList(flattened(listOf(list), 1n))),
    member('list_flatten_int', [listType(DYN), INT], listType(DYN), (list, depth) => {
      if (typeof depth !== 'bigint') throw noSuchOverload();
      return new ArrayList(flattened(listOf(list), depth));
    }),
  ],
  sort: COMPARABLE.map((type) => member(`list_${type.name}_sort`, [listType(type)], listType(type), (list) => sortedBy(listOf(list), listOf(list)))),
  '@sortByAssociatedKeys': COMPARABLE.map((type) =>
    member(`list_${type.name}_sortByAssociatedKeys`, [LIST, listType(type)], LIST, (list, keys) => sortedBy(listOf(list), listOf(keys))),
  ),
  'lists.range': [{ id: 'lists_range', params: [INT], result: listType(INT), call: rangeTo }],
  reverse: [member('list_reverse', [LIST], LIST, (list) => new ArrayList([...itemsOf(listOf(list))].reverse()))],
  distinct: [member('list_distinct', [LIST], LIST, (list) => distinct(listOf(list)))],
};

const SORT_INPUT = '@__sortBy_input__';
const macros: readonly Macro[] = [
  {
    name: 'sortBy',
    member: true,
    arity: 2,
    expand: (at, target, args) => {
      const name = variableName(argument(args, 0), 'argument is not an identifier');
      const keys = collect(at, ident(at, SORT_INPUT), [name], undefined, argument(args, 1));
      return binding(at, SORT_INPUT, target, { kind: 'call', at, name: '@sortByAssociatedKeys', target: ident(at, SORT_INPUT), args: [keys] });
    },
  },
];

/** cel-go's functions of lists. */
export const listLibrary: Library = { functions, macros };

const sized = (argument: EstimatedArgument | undefined): SizeRange => argument?.size ?? UNKNOWN;
/** Making a list costs the call and the list, and what each element costs. */
const allocating = (factor: number, size: SizeRange): { cost: CostRange; size: SizeRange } => ({
  cost: plus(scaled(size, factor), range(1 + LIST_COST)),
  size,
});
const literalOr = (argument: EstimatedArgument | undefined, otherwise: number): number =>
  typeof argument?.literal === 'bigint' && argument.literal >= 0n ? Number(argument.literal) : otherwise;
const comparisonFactor = (id: string): number => 2 + (/^list_(?:string|bytes)_/.test(id) ? STRING_FACTOR : 0);
const SORT = /^list_\w+_sort(?:ByAssociatedKeys)?$/;

const allocated = (factor: number, size: number): number => Math.floor(size * factor) + 1 + LIST_COST;

function selfCompared(list: Value | undefined): number {
  const items = listOf(list);
  const first = items.size === 0 ? undefined : items.at(0);
  const factor = 2 + (first !== undefined && (typeOf(first) === STRING || typeOf(first) === BYTES) ? STRING_FACTOR : 0);
  return allocated(factor, items.size * items.size);
}

export const listCosts: Costs = {
  of: (_name, overload, args, result) => {
    switch (overload) {
      case 'list_slice':
      case 'lists_range':
      case 'list_reverse':
        return allocated(1, sizeOf(result));
      case 'list_flatten':
      case 'list_flatten_int':
        return allocated(args.length === 2 ? Number(args[1]) : 1, sizeOf(args[0] ?? null));
      case 'list_distinct':
        return selfCompared(args[0]);
      default:
        return SORT.test(overload) ? selfCompared(overload.endsWith('_sort') ? args[0] : args[1]) : undefined;
    }
  },
  estimate: ({ overload, args: [first, second, third] }) => {
    switch (overload) {
      case 'list_slice':
        return allocating(1, range(Math.max(0, literalOr(third, sized(first).max) - literalOr(second, 0))));
      case 'lists_range':
        return allocating(1, range(literalOr(first, MAX)));
      case 'list_reverse':
        return allocating(1, sized(first));
      case 'list_flatten':
        return allocating(1, sized(first));
      case 'list_flatten_int':
        return allocating(literalOr(second, MAX), sized(first));
      case 'list_distinct':
        return allocating(2, times(sized(first), sized(first)));
      default: {
        if (!SORT.test(overload)) return undefined;
        const size = sized(overload.endsWith('_sort') ? first : second);
        return allocating(comparisonFactor(overload), times(size, size));
      }
    }
  },
};
