import type { CostRange, SizeHint, SizeRange } from './cost.ts';
import {
  LIST_COST,
  MAP_COST,
  MAX,
  ONE,
  PATTERN_FACTOR,
  plus,
  range,
  STRING_FACTOR,
  STRUCT_COST,
  scaled,
  times,
  UNKNOWN,
  union,
  ZERO,
} from './cost.ts';
import type { Costs, EstimatedArgument, EstimatedCall } from './functions.ts';
import { ACCUMULATOR } from './macros.ts';
import { lengthOf } from './operations.ts';
import type { Call, Comprehension, Expr, Select } from './syntax-tree.ts';
import type { CelType } from './types.ts';
import { DYN, unwrapped } from './types.ts';
import { Bytes } from './values.ts';

type Path = readonly string[];
interface EntrySizes {
  readonly container: 'list' | 'map';
  readonly key: SizeRange;
  readonly value: SizeRange;
}
interface Local {
  readonly path: Path | undefined;
  readonly size: SizeRange | undefined;
  readonly entries: EntrySizes | undefined;
}

const COMPARED: ReadonlySet<string> = new Set(
  ['less', 'greater', 'less_equals', 'greater_equals'].flatMap((order) => [`${order}_string`, `${order}_bytes`]).concat('equals', 'not_equals'),
);
const SCALARS: ReadonlySet<string> = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);

const extended = (path: Path | undefined, name: string): Path | undefined => path && [...path, name];

function scalarSize(type: CelType): SizeRange | undefined {
  if (SCALARS.has(type.kind)) return ONE;
  const inner = unwrapped(type);
  return inner && scalarSize(inner);
}

function literalSize(expr: Expr): SizeRange | undefined {
  if (expr.kind === 'list') return range(expr.items.length);
  if (expr.kind === 'map') return range(expr.entries.length);
  if (expr.kind !== 'literal') return undefined;
  if (typeof expr.value === 'string') return range(lengthOf(expr.value));
  return expr.value instanceof Bytes ? range(expr.value.bytes.length) : ONE;
}

/** Bounds the cost of a checked expression from the sizes that its data may have. Follows cel-go's estimate, whose figures are part of the API. */
export function estimateCost(root: Expr, sizeHint: SizeHint, costs: readonly Costs[]): CostRange {
  const paths = new Map<Expr, Path>();
  const sizes = new Map<Expr, SizeRange>();
  const entrySizes = new Map<Expr, EntrySizes>();
  const locals = new Map<string, Local[]>();

  const typeOfExpr = (expr: Expr): CelType => expr.type ?? DYN;
  const local = (expr: Expr): Local | undefined => (expr.kind === 'ident' ? locals.get(expr.name)?.at(-1) : undefined);
  const pathOf = (expr: Expr): Path | undefined => local(expr)?.path ?? paths.get(expr);
  const push = (name: string, value: Local): void => {
    const stack = locals.get(name);
    if (stack) stack.push(value);
    else locals.set(name, [value]);
  };
  const pop = (name: string): void => {
    locals.get(name)?.pop();
  };

  function sizeOf(expr: Expr): SizeRange | undefined {
    const known = sizes.get(expr) ?? literalSize(expr);
    if (known) return known;
    const hinted = sizeHint(pathOf(expr), typeOfExpr(expr));
    if (hinted) {
      sizes.set(expr, hinted);
      return hinted;
    }
    return scalarSize(typeOfExpr(expr)) ?? local(expr)?.size;
  }
  const entriesOf = (expr: Expr): EntrySizes | undefined => entrySizes.get(expr) ?? local(expr)?.entries;
  const sized = (expr: Expr): SizeRange => sizeOf(expr) ?? UNKNOWN;

  function cost(expr: Expr): CostRange {
    switch (expr.kind) {
      case 'literal':
        return ZERO;
      case 'ident':
        paths.set(expr, local(expr)?.path ?? [expr.name]);
        return ONE;
      case 'select':
        return selectCost(expr);
      case 'call':
        return callCost(expr);
      case 'list': {
        const total = expr.items.reduce((sum, item) => plus(sum, cost(item)), range(LIST_COST));
        entrySizes.set(expr, { container: 'list', key: ONE, value: joint(expr.items) });
        return total;
      }
      case 'map': {
        const total = expr.entries.reduce((sum, { key, value }) => plus(sum, plus(cost(key), cost(value))), range(MAP_COST));
        entrySizes.set(expr, { container: 'map', key: joint(expr.entries.map((e) => e.key)), value: joint(expr.entries.map((e) => e.value)) });
        return total;
      }
      case 'struct':
        return expr.entries.reduce((sum, { value }) => plus(sum, cost(value)), range(STRUCT_COST));
      case 'comprehension':
        return isBinding(expr) ? bindingCost(expr) : loopCost(expr);
    }
  }

  const joint = (items: readonly Expr[]): SizeRange => items.map(sized).reduce((a, b) => union(a, b), items.length === 0 ? ZERO : range(MAX, 0));

  function selectCost(expr: Select): CostRange {
    if (expr.resolved) {
      paths.set(expr, [expr.resolved.name]);
      return ONE;
    }
    if (expr.test) return cost(expr.operand);
    const sum = cost(expr.operand);
    const { kind } = typeOfExpr(expr.operand);
    const path = extended(pathOf(expr.operand), expr.field);
    if (path) paths.set(expr, path);
    return kind === 'map' || kind === 'object' || kind === 'param' ? plus(sum, ONE) : sum;
  }

  function argumentOf(expr: Expr): EstimatedArgument {
    const path = pathOf(expr);
    return {
      path: path?.[0] === ACCUMULATOR ? undefined : path,
      type: typeOfExpr(expr),
      size: sizeOf(expr),
      ...(expr.kind === 'literal' ? { literal: expr.value } : {}),
    };
  }

  function callCost(expr: Call): CostRange {
    const [first] = expr.args;
    if (expr.name === 'dyn' && first && !expr.target) {
      const inner = cost(first);
      copySizes(expr, first);
      return plus(ONE, inner);
    }
    const argCosts = expr.args.map(cost);
    const isMember = expr.target !== undefined && expr.qualified === undefined;
    const target = isMember ? expr.target : undefined;
    const args = expr.args.map(argumentOf);
    const overloads = expr.overloads ?? [];
    if (overloads.length === 0) return ZERO;
    const targetCost = target ? cost(target) : ZERO;
    const all = target ? [argumentOf(target), ...args] : args;
    const name = expr.qualified ?? expr.name.replace(/^\./, '');
    let total: CostRange | undefined;
    let size: SizeRange | undefined;
    for (const overload of overloads) {
      const found = functionCost(expr, { name, overload, args: all, isMember, sizeOf: sizeHint }, argCosts);
      total = total ? union(total, found.cost) : found.cost;
      if (found.size) size = size ? union(size, found.size) : found.size;
      if (first && (overload === 'index_list' || overload === 'index_map')) {
        size = entriesOf(first)?.value;
        const path = extended(pathOf(first), overload === 'index_list' ? '@items' : '@values');
        if (path) paths.set(expr, path);
      }
      size ??= sizeOf(expr);
    }
    if (size) sizes.set(expr, size);
    return plus(targetCost, total ?? ZERO);
  }

  function copySizes(to: Expr, from: Expr): void {
    const [size, entries] = [sizeOf(from), entriesOf(from)];
    if (size) sizes.set(to, size);
    if (entries) entrySizes.set(to, entries);
  }

  function functionCost(expr: Call, call: EstimatedCall, argCosts: readonly CostRange[]): { cost: CostRange; size?: SizeRange } {
    const argSum = argCosts.reduce(plus, ZERO);
    for (const { estimate } of costs) {
      const found = estimate(call);
      if (found) return { ...found, cost: plus(found.cost, argSum) };
    }
    const [a = ZERO, b = ZERO, c = ZERO] = argCosts;
    const [x, y] = expr.args.slice(expr.name === '_?_:_' ? 1 : 0);
    switch (call.overload) {
      case 'logical_or':
      case 'logical_and':
        return { cost: range(a.min, a.max + b.max) };
      case 'conditional': {
        if (!x || !y) break;
        joinEntries(expr, x, y);
        return { cost: plus(a, union(b, c)), size: union(sized(x), sized(y)) };
      }
      case 'add_list':
      case 'add_string':
      case 'add_bytes': {
        if (!x || !y) break;
        joinEntries(expr, x, y);
        const size = plus(sized(x), sized(y));
        return { cost: plus(call.overload === 'add_list' ? ONE : scaled(size, STRING_FACTOR), argSum), size };
      }
      default:
    }
    const standard = standardEstimate(call);
    return standard ? { ...standard, cost: plus(standard.cost, argSum) } : { cost: plus(ONE, argSum) };
  }

  function joinEntries(expr: Expr, a: Expr, b: Expr): void {
    const [left, right] = [entriesOf(a), entriesOf(b)];
    if (left && right) entrySizes.set(expr, { container: left.container, key: union(left.key, right.key), value: union(left.value, right.value) });
  }

  function bindingCost(expr: Comprehension): CostRange {
    const sum = plus(cost(expr.range), cost(expr.init));
    push(expr.accumulator, { path: pathOf(expr.init), size: sizeOf(expr.init), entries: entriesOf(expr.init) });
    const total = plus(sum, cost(expr.result));
    pop(expr.accumulator);
    copySizes(expr, expr.result);
    return total;
  }

  function loopCost(expr: Comprehension): CostRange {
    const sum = plus(cost(expr.range), cost(expr.init));
    push(expr.accumulator, { path: pathOf(expr.init), size: sizeOf(expr.init), entries: entriesOf(expr.init) });
    const entries = entriesOf(expr.range);
    const isList = (entries?.container ?? typeOfExpr(expr.range).kind) === 'list';
    const path = pathOf(expr.range);
    const key: Local = { path: extended(path, isList ? '@indices' : '@keys'), size: entries?.key, entries: undefined };
    const value: Local = { path: extended(path, isList ? '@items' : '@values'), size: entries?.value, entries: undefined };
    push(expr.variable, expr.variable2 === undefined && isList ? value : key);
    if (expr.variable2 !== undefined) push(expr.variable2, value);
    const turn = plus(cost(expr.condition), cost(expr.step));
    pop(expr.variable);
    if (expr.variable2 !== undefined) pop(expr.variable2);
    const total = plus(sum, cost(expr.result));
    pop(expr.accumulator);
    const count = sized(expr.range);
    if (expr.init.kind === 'literal') {
      const size = sizeOf(expr.init);
      if (size) sizes.set(expr, size);
    } else if (expr.init.kind === 'list' || expr.init.kind === 'map') {
      sizes.set(expr, count);
      const stepEntries = entriesOf(expr.step);
      if (stepEntries) entrySizes.set(expr, stepEntries);
    }
    return plus(total, times(count, turn));
  }

  return cost(root);
}

const isBinding = ({ range: over, condition, accumulator }: Comprehension): boolean =>
  over.kind === 'list' && over.items.length === 0 && condition.kind === 'literal' && condition.value === false && accumulator !== ACCUMULATOR;

/** Bounds the cost of the standard functions that do not take constant time. */
function standardEstimate({ overload, args }: EstimatedCall): { cost: CostRange; size?: SizeRange } | undefined {
  const size = (index: number): SizeRange => args[index]?.size ?? UNKNOWN;
  switch (overload) {
    case 'string_format':
      return { cost: scaled(size(0), STRING_FACTOR) };
    case 'string_to_bytes':
      return { cost: scaled(size(0), STRING_FACTOR), size: range(size(0).min, size(0).max * 4) };
    case 'bytes_to_string':
      return { cost: scaled(size(0), STRING_FACTOR), size: range(Math.floor(size(0).min / 4), size(0).max) };
    case 'strings_quote':
      return { cost: scaled(size(0), STRING_FACTOR), size: range(size(0).min + 2, size(0).max * 2 + 2) };
    case 'starts_with_string':
    case 'ends_with_string':
      return { cost: scaled(size(1), STRING_FACTOR) };
    case 'in_list':
      return { cost: size(1) };
    case 'matches_string':
      return { cost: times(scaled(plus(size(0), ONE), STRING_FACTOR), scaled(size(1), PATTERN_FACTOR)) };
    case 'contains_string':
      return { cost: times(scaled(size(0), STRING_FACTOR), scaled(size(1), STRING_FACTOR)) };
    default: {
      if (!COMPARED.has(overload)) return undefined;
      const smallest = Math.min(size(0).max, size(1).max);
      return { cost: scaled(range(smallest > 0 ? 1 : 0, smallest), STRING_FACTOR) };
    }
  }
}
