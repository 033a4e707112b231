import type { Functions, Library } from '../functions.ts';
import type { Expand, Macro } from '../macros.ts';
import { accumulated, all, argument, collect, exists, existsOne, filtered, loop, MacroError, variableName } from '../macros.ts';
import type { Expr } from '../syntax-tree.ts';
import { call, ident } from '../syntax-tree.ts';
import { mapType, paramType } from '../types.ts';
import { EntryMap, EvaluationError, MapValue, noSuchOverload } from '../values.ts';

const K = paramType('K');
const V = paramType('V');
const MAP = mapType(K, V);
const INSERT = 'cel.@mapInsert';
const SIMPLE = 'argument must be a simple name';

function names(args: readonly Expr[]): readonly [string, string] {
  const [first, second] = [argument(args, 0), argument(args, 1)];
  const pair = [variableName(first, SIMPLE), variableName(second, SIMPLE)] as const;
  if (pair[0] === pair[1]) throw new MacroError(second.at, `duplicate variable name: ${pair[0]}`);
  return pair;
}

const quantifier =
  (make: typeof all): Expand =>
  (at, target, args) =>
    make(at, target, names(args), argument(args, 2));

/** Splits the arguments behind the names: a filter, if there are two. */
const transformation = (args: readonly Expr[]): readonly [Expr | undefined, Expr] =>
  args.length === 4 ? [argument(args, 2), argument(args, 3)] : [undefined, argument(args, 2)];

const emptyMap = (at: number): Expr => ({ kind: 'map', at, entries: [] });

const toMap =
  (entry: (at: number, key: string, transform: Expr) => readonly Expr[]): Expand =>
  (at, target, args) => {
    const variables = names(args);
    const [filter, transform] = transformation(args);
    const step = call(at, INSERT, accumulated(at), ...entry(at, variables[0], transform));
    return loop(at, { range: target, variables, init: emptyMap(at), step: filtered(at, filter, step) });
  };

const macros: readonly Macro[] = [
  { name: 'all', member: true, arity: 3, expand: quantifier(all) },
  { name: 'exists', member: true, arity: 3, expand: quantifier(exists) },
  { name: 'existsOne', member: true, arity: 3, expand: quantifier(existsOne) },
  { name: 'exists_one', member: true, arity: 3, expand: quantifier(existsOne) },
  ...[3, 4].flatMap((arity): readonly Macro[] => [
    { name: 'transformList', member: true, arity, expand: (at, target, args) => collect(at, target, names(args), ...transformation(args)) },
    { name: 'transformMap', member: true, arity, expand: toMap((at, key, transform) => [ident(at, key), transform]) },
    { name: 'transformMapEntry', member: true, arity, expand: toMap((_at, _key, transform) => [transform]) },
  ]),
];

const functions: Functions = {
  [INSERT]: [
    {
      id: '@mapInsert_map_map',
      params: [MAP, MAP],
      result: MAP,
      call: (map, entries) => {
        if (!(map instanceof EntryMap && entries instanceof MapValue)) throw noSuchOverload();
        let result = map;
        for (const key of entries.keys()) result = result.with(key, entries.find(key) ?? null);
        return result;
      },
    },
    {
      id: '@mapInsert_map_key_value',
      params: [MAP, K, V],
      result: MAP,
      call: (map, key = null, value = null) => {
        if (!(map instanceof EntryMap)) throw new EvaluationError('no such overload');
        return map.with(key, value);
      },
    },
  ],
};

/** Loops with two variables, over keys and values or indices and elements. */
export const comprehensionLibrary: Library = { functions, macros };
