import { LIST_COST, MAP_COST, STRUCT_COST } from './cost.ts';
import { overloadFor } from './dispatch.ts';
import type { Costs, Overload } from './functions.ts';
import { equal, isIn, itemsOf } from './operations.ts';
import { standardCallCost } from './runtime-cost.ts';
import type { Frame, SlicedStep, Step } from './steps.ts';
import {
  absorbable,
  access,
  alternative,
  at,
  charge,
  conditional,
  constantList,
  isConstant,
  localValue,
  logical,
  notStrictlyFalse,
  presentEntry,
  SLICE,
  slicedLogical,
  unsliced,
} from './steps.ts';
import type { Call, Comprehension, Expr, Ident, ListLiteral, MapLiteral, Select, StructLiteral } from './syntax-tree.ts';
import { childrenOf, hasLoop } from './syntax-tree.ts';
import type { Value } from './values.ts';
import {
  ArrayList,
  EntryMap,
  EvaluationError,
  GrowingList,
  keyOf,
  ListValue,
  MapValue,
  noSuchOverload,
  OptionalValue,
  TypeValue,
  textOf,
  typeOf,
} from './values.ts';

export interface Plan {
  readonly run: Step;
  /** Made when it is first asked for: few evaluations are long. */
  sliced(): SlicedStep;
}

export interface Planner {
  overloads(name: string): readonly Overload[] | undefined;
  readonly costs: readonly Costs[];
}

/** Turns a checked expression into functions. Costs are counted as cel-go counts them. */
export function plan(root: Expr, planner: Planner): Plan {
  const globals: string[] = [];
  let locals = 0;
  /** Parts whose values are computed before the part that holds them, and the variables that keep them. */
  const hoisted = new Map<Expr, number>();

  type Scope = ReadonlyMap<string, number>;

  function step(expr: Expr, scope: Scope): Step {
    const kept = hoisted.get(expr);
    if (kept !== undefined) return (frame) => localValue(frame, kept, '');
    switch (expr.kind) {
      case 'literal': {
        const { value } = expr;
        return () => value;
      }
      case 'ident':
        return identStep(expr, scope);
      case 'select':
        return expr.resolved ? identStep(expr.resolved, scope) : expr.test ? testStep(expr, scope) : selectStep(expr, scope);
      case 'call':
        return callStep(expr, scope);
      case 'list':
        return listStep(expr, scope);
      case 'map':
        return mapStep(expr, scope);
      case 'struct':
        return structStep(expr, scope);
      case 'comprehension':
        return loopStep(expr, scope);
    }
  }

  function identStep(expr: Ident, scope: Scope): Step {
    const slot = scope.get(expr.name);
    if (slot !== undefined) {
      return (frame) => {
        frame.cost++;
        return localValue(frame, slot, expr.name);
      };
    }
    if (expr.denotes) {
      const type = new TypeValue(expr.denotes);
      return () => type;
    }
    return globalStep(expr.name.replace(/^\./, ''));
  }

  function globalStep(name: string): Step {
    const known = globals.indexOf(name);
    const index = known < 0 ? globals.push(name) - 1 : known;
    return (frame) => {
      frame.cost++;
      const read = frame.globals[index];
      if (read !== undefined) return read;
      const given = frame.variables[name];
      const value = typeof given === 'function' ? given() : given;
      if (value === undefined) throw new EvaluationError(`no such attribute(s): ${name}`);
      frame.globals[index] = value;
      return value;
    };
  }

  function testStep({ operand, field }: Select, scope: Scope): Step {
    const target = step(operand, scope);
    return (frame) => {
      const value = target(frame);
      const inner = value instanceof OptionalValue ? value.value : value;
      return inner instanceof MapValue && inner.has(field);
    };
  }

  function selectStep({ operand, field }: Select, scope: Scope): Step {
    const target = step(operand, scope);
    return (frame) => {
      const value = target(frame);
      frame.cost++;
      return at(value, field, false);
    };
  }

  function callStep(expr: Call, scope: Scope): Step {
    const [first, second] = expr.args;
    const args = expr.args.map((arg) => step(arg, scope));
    const [a, b, c] = args;
    switch (expr.name) {
      case '_&&_':
      case '_||_':
        if (a && b) return logical(a, b, expr.name === '_||_');
        break;
      case '_?_:_':
        if (a && b && c) return conditional(a, b, c);
        break;
      case '@not_strictly_false':
        if (a) return notStrictlyFalse(a);
        break;
      case '_==_':
      case '_!=_':
        if (a && b) return equality(expr, a, b);
        break;
      case '_[_]':
      case '_[?_]':
      case '_?._':
        if (a && b) return access(a, b, expr.name !== '_[_]');
        break;
      case '@in':
        if (a && second?.kind === 'list' && isConstant(second) && second.items.length > 0) return membership(a, second);
        break;
      case 'or':
      case 'orValue':
        if (expr.target && a && first) return alternative(step(expr.target, scope), a, expr.name === 'or');
        break;
      default:
    }
    return functionStep(expr, args, scope);
  }

  function functionStep(expr: Call, plainArgs: readonly Step[], scope: Scope): Step {
    const isMember = expr.target !== undefined && expr.qualified === undefined;
    const name = expr.qualified ?? expr.name.replace(/^\./, '');
    const args = isMember && expr.target ? [step(expr.target, scope), ...plainArgs] : plainArgs;
    const ids = new Set(expr.overloads ?? []);
    const candidates = (planner.overloads(name) ?? []).filter(({ id }) => ids.has(id));
    const chosen = candidates.length === 1 ? (candidates[0]?.id ?? '') : '';
    const cost = costOf(name, chosen);
    return (frame) => {
      const values: Value[] = new Array(args.length);
      for (let i = 0; i < args.length; i++) values[i] = args[i]?.(frame) ?? null;
      const { call } = overloadFor(name, candidates, values);
      if (!call) throw noSuchOverload();
      const result = call(...values);
      charge(frame, cost(values, result));
      return result;
    };
  }

  function costOf(name: string, overload: string): (args: readonly Value[], result: Value) => number {
    const { costs } = planner;
    return (args, result) => {
      for (const { of } of costs) {
        const cost = of(name, overload, args, result);
        if (cost !== undefined) return cost;
      }
      return standardCallCost(overload, args);
    };
  }

  function equality(expr: Call, a: Step, b: Step): Step {
    const [same, overload] = expr.name === '_==_' ? [true, 'equals'] : [false, 'not_equals'];
    const cost = costOf(expr.name, overload);
    return (frame) => {
      const [left, right] = [a(frame), b(frame)];
      const result = equal(left, right) === same;
      charge(frame, cost([left, right], result));
      return result;
    };
  }

  function membership(a: Step, list: ListLiteral): Step {
    const constants = itemsOf(constantList(list));
    const keys = new Set(constants.map(keyOf));
    const byKey = !keys.has(undefined);
    const all = new ArrayList(constants);
    return (frame) => {
      const value = a(frame);
      const key = byKey ? keyOf(value) : undefined;
      return key === undefined ? isIn(value, all) : keys.has(key);
    };
  }

  function listStep(expr: ListLiteral, scope: Scope): Step {
    if (isConstant(expr)) {
      const constant = constantList(expr);
      return () => constant;
    }
    const items = expr.items.map((item) => step(item, scope));
    return (frame) => {
      const values: Value[] = [];
      items.forEach((item, i) => {
        const value = item(frame);
        if (!expr.optional.has(i)) values.push(value);
        else if (!(value instanceof OptionalValue))
          throw new EvaluationError(`cannot initialize optional list element from non-optional value ${textOf(value)}`);
        else if (value.value !== undefined) values.push(value.value);
      });
      charge(frame, LIST_COST);
      return new ArrayList(values);
    };
  }

  function mapStep(expr: MapLiteral, scope: Scope): Step {
    const entries = expr.entries.map(({ key, value, optional }) => ({ key: step(key, scope), value: step(value, scope), optional }));
    return (frame) => {
      const found = new Map<string, readonly [Value, Value]>();
      for (const entry of entries) {
        const key = entry.key(frame);
        const id = keyOf(key);
        if (id === undefined) throw new EvaluationError(`unsupported key type: ${typeOf(key).name}`);
        const value = presentEntry(entry.value(frame), entry.optional, key);
        if (value === undefined) continue;
        if (found.has(id)) throw new EvaluationError(`Failed with repeated key`);
        found.set(id, [key, value]);
      }
      charge(frame, MAP_COST);
      return new EntryMap(found);
    };
  }

  function structStep(expr: StructLiteral, scope: Scope): Step {
    const entries = expr.entries.map(({ key, value, optional }) => ({ key, value: step(value, scope), optional }));
    const construct = expr.denotes?.construct;
    return (frame) => {
      const fields = new Map<string, Value>();
      for (const { key, value, optional } of entries) {
        const present = presentEntry(value(frame), optional, key);
        if (present !== undefined) fields.set(key, present);
      }
      charge(frame, STRUCT_COST);
      const made = construct?.(fields);
      if (!(made instanceof MapValue)) throw new EvaluationError(`unknown type '${expr.name}'`);
      return made;
    };
  }

  /** Prepares a loop: its parts, and the variables that they use. */
  function loopParts(expr: Comprehension, scope: Scope) {
    const slots = { variable: locals++, variable2: locals++, accumulator: locals++ };
    const accumulation = new Map(scope).set(expr.accumulator, slots.accumulator);
    const inner = new Map(accumulation).set(expr.variable, slots.variable);
    if (expr.variable2 !== undefined) inner.set(expr.variable2, slots.variable2);
    const isBinding = expr.range.kind === 'list' && expr.range.items.length === 0;
    const collects = expr.init.kind === 'list' && expr.init.items.length === 0 && !isBinding;
    const isPair = expr.variable2 !== undefined;
    const condition = step(expr.condition, inner);
    /** Sets the variables for one turn. Returns whether there is such a turn. */
    const enter = (frame: Frame, elements: Value, keys: readonly Value[] | undefined, i: number): boolean => {
      if (!(elements instanceof ListValue || elements instanceof MapValue)) {
        const { name } = typeOf(elements);
        throw new EvaluationError(isPair ? `unsupported comprehension range type: ${name}` : `got '${name}', expected iterable type`);
      }
      if (i >= (keys ? keys.length : elements.size)) return false;
      const key = keys ? (keys[i] ?? null) : BigInt(i);
      const element = elements instanceof ListValue ? elements.at(i) : isPair ? (elements.find(key) ?? null) : key;
      frame.locals[slots.variable] = isPair ? key : element;
      if (isPair) frame.locals[slots.variable2] = element;
      return condition(frame) === true;
    };
    return { slots, accumulation, inner, isBinding, collects, enter };
  }

  function loopStep(expr: Comprehension, scope: Scope): Step {
    const { slots, accumulation, inner, isBinding, collects, enter } = loopParts(expr, scope);
    const { accumulator } = slots;
    const range = step(expr.range, scope);
    const init = step(expr.init, scope);
    const next = step(expr.step, inner);
    const result = step(expr.result, accumulation);
    return (frame) => {
      const elements = range(frame);
      const first = init(frame);
      frame.locals[accumulator] = collects ? new GrowingList([], 0) : first;
      const keys = elements instanceof MapValue ? elements.keys() : undefined;
      for (let i = 0; !isBinding && enter(frame, elements, keys, i); i++) {
        try {
          frame.locals[accumulator] = next(frame);
        } catch (error) {
          frame.locals[accumulator] = absorbable(error);
        }
        charge(frame, 0);
      }
      return result(frame);
    };
  }

  function slicedLoop(expr: Comprehension, scope: Scope): SlicedStep {
    const { slots, accumulation, inner, isBinding, collects, enter } = loopParts(expr, scope);
    const { accumulator } = slots;
    const range = sliced(expr.range, scope);
    const init = sliced(expr.init, scope);
    const next = hasLoop(expr.step) ? sliced(expr.step, inner) : undefined;
    const plain = step(expr.step, inner);
    const result = sliced(expr.result, accumulation);
    return function* (frame) {
      const elements = yield* range(frame);
      const first = yield* init(frame);
      frame.locals[accumulator] = collects ? new GrowingList([], 0) : first;
      const keys = elements instanceof MapValue ? elements.keys() : undefined;
      for (let i = 0; !isBinding && enter(frame, elements, keys, i); i++) {
        try {
          frame.locals[accumulator] = next ? yield* next(frame) : plain(frame);
        } catch (error) {
          frame.locals[accumulator] = absorbable(error);
        }
        charge(frame, 0);
        if (frame.cost < frame.pauseAt) continue;
        frame.pauseAt = frame.cost + SLICE;
        yield;
      }
      return yield* result(frame);
    };
  }

  function sliced(expr: Expr, scope: Scope): SlicedStep {
    if (expr.kind === 'comprehension') return slicedLoop(expr, scope);
    if (!hasLoop(expr)) return unsliced(step(expr, scope));
    if (expr.kind === 'call') {
      const lazy = slicedCall(expr, scope);
      if (lazy) return lazy;
    }
    // The parts with loops come first; the rest finds their values in variables.
    const long = childrenOf(expr).filter(hasLoop);
    const parts = long.map((part) => ({ slot: locals++, run: sliced(part, scope) }));
    for (const [i, part] of long.entries()) hoisted.set(part, parts[i]?.slot ?? 0);
    const run = step(expr, scope);
    for (const part of long) hoisted.delete(part);
    return function* (frame) {
      for (const part of parts) frame.locals[part.slot] = yield* part.run(frame);
      return run(frame);
    };
  }

  /** The operators that do not evaluate all their operands. */
  function slicedCall({ name, target, args }: Call, scope: Scope): SlicedStep | undefined {
    const [a, b, c] = args.map((arg) => sliced(arg, scope));
    if ((name === '_&&_' || name === '_||_') && a && b) return slicedLogical(a, b, name === '_||_');
    if (name === '_?_:_' && a && b && c) {
      return function* (frame) {
        const holds = yield* a(frame);
        if (typeof holds !== 'boolean') throw noSuchOverload();
        return yield* holds ? b(frame) : c(frame);
      };
    }
    if (name === '@not_strictly_false' && a) {
      return function* (frame) {
        charge(frame, 1);
        try {
          return (yield* a(frame)) !== false;
        } catch (error) {
          absorbable(error);
          return true;
        }
      };
    }
    if ((name !== 'or' && name !== 'orValue') || !target || !a) return undefined;
    const first = sliced(target, scope);
    return function* (frame) {
      const value = yield* first(frame);
      if (!(value instanceof OptionalValue)) throw noSuchOverload();
      if (value.value === undefined) return yield* a(frame);
      return name === 'or' ? value : value.value;
    };
  }

  const run = step(root, new Map());
  let inSlices: SlicedStep | undefined;
  return {
    run,
    sliced() {
      inSlices ??= sliced(root, new Map());
      return inSlices;
    },
  };
}
