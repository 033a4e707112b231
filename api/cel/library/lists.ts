import type { Functions, Library, Overload } from '../../../base/cel/functions.ts';
import { add, compare, equal, itemsOf } from '../../../base/cel/operations.ts';
import type { CelType } from '../../../base/cel/types.ts';
import { BOOL, BYTES, DOUBLE, DURATION, INT, listType, paramType, STRING, TIMESTAMP, UINT } from '../../../base/cel/types.ts';
import type { Value } from '../../../base/cel/values.ts';
import { Duration, EvaluationError, ListValue, noSuchOverload, Uint } from '../../../base/cel/values.ts';

const COMPARABLE: readonly (readonly [string, CelType])[] = [
  ['int', INT],
  ['uint', UINT],
  ['double', DOUBLE],
  ['bool', BOOL],
  ['duration', DURATION],
  ['timestamp', TIMESTAMP],
  ['string', STRING],
  ['bytes', BYTES],
];
const SUMMABLE: readonly (readonly [string, CelType, Value])[] = [
  ['int', INT, 0n],
  ['uint', UINT, new Uint(0n)],
  ['double', DOUBLE, 0],
  ['duration', DURATION, new Duration(0n)],
];

function items(list: Value | undefined): readonly Value[] {
  if (!(list instanceof ListValue)) throw noSuchOverload();
  return itemsOf(list);
}

const member = (id: string, type: CelType, result: CelType, call: NonNullable<Overload['call']>): Overload => ({
  id,
  member: true,
  params: [listType(type)],
  result,
  call,
});

const isSorted = (list?: Value): Value => items(list).every((item, i, all) => i === 0 || compare(all[i - 1] ?? null, item) <= 0);

const extreme =
  (name: string, isBetter: (order: number) => boolean) =>
  (list?: Value): Value => {
    const [first, ...rest] = items(list);
    if (first === undefined) throw new EvaluationError(`${name} called on empty list`);
    return rest.reduce((best, item) => (isBetter(compare(item, best)) ? item : best), first);
  };

const found = (search: (all: readonly Value[], test: (item: Value) => boolean) => number, id: string): Overload => ({
  id,
  member: true,
  params: [listType(paramType('A')), paramType('A')],
  result: INT,
  call: (list, wanted = null) => BigInt(search(items(list), (item) => equal(item, wanted))),
});

const functions: Functions = {
  isSorted: COMPARABLE.map(([name, type]) => member(`list_${name}_is_sorted_bool`, type, BOOL, isSorted)),
  sum: SUMMABLE.map(([name, type, zero]) => member(`list_${name}_sum_${name}`, type, type, (list) => items(list).reduce(add, zero))),
  max: COMPARABLE.map(([name, type]) =>
    member(
      `list_${name}_max_${name}`,
      type,
      type,
      extreme('max', (order) => order > 0),
    ),
  ),
  min: COMPARABLE.map(([name, type]) =>
    member(
      `list_${name}_min_${name}`,
      type,
      type,
      extreme('min', (order) => order < 0),
    ),
  ),
  indexOf: [found((all, test) => all.findIndex(test), 'list_a_index_of_int')],
  lastIndexOf: [found((all, test) => all.findLastIndex(test), 'list_a_last_index_of_int')],
};

/** Kubernetes' functions of lists. */
export const kubernetesLists: Library = { functions };
