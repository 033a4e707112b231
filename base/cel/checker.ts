import type { Substitutions } from './assignability.ts';
import { assignable, mostGeneral, substitute } from './assignability.ts';
import type { Overload } from './functions.ts';
import type { Issue } from './issues.ts';
import type { Call, Comprehension, Expr, Ident, Select, StructLiteral } from './syntax-tree.ts';
import type { CelType } from './types.ts';
import { BOOL, DYN, ERROR, INT, isDyn, listType, mapType, optionalType, paramType, sameType, typeType, unwrapped } from './types.ts';
import { typeOf } from './values.ts';

/** The names that an expression may use. */
export interface Declarations {
  variable(name: string): CelType | undefined;
  /** Returns the type that a name denotes. */
  type(name: string): CelType | undefined;
  overloads(name: string): readonly Overload[] | undefined;
}

interface Scope {
  readonly names: ReadonlyMap<string, CelType>;
  readonly outer: Scope | undefined;
}

/** Returns a dotted path such as `a.b.c`; undefined if the expression is something else. */
function dottedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.test) return undefined;
  const operand = dottedName(expr.operand);
  return operand === undefined ? undefined : `${operand}.${expr.field}`;
}

const root = (expr: Expr): Expr => (expr.kind === 'select' ? root(expr.operand) : expr);
const withoutDot = (name: string): string => name.replace(/^\./, '');

/**
 * Finds the type of an expression and of each of its parts, and the overloads of its calls, and writes them into the tree. Every fault is
 * reported, and the part counts as an error from then on, so that one fault is reported once. Follows cel-go's checker.
 */
export function check(expr: Expr, declarations: Declarations, issues: Issue[], references: Set<string>): CelType {
  let known: Substitutions = new Map();
  let scope: Scope | undefined;
  let variables = 0;
  const typed: Expr[] = [];

  const report = (at: number, message: string): void => {
    issues.push({ at, message });
  };
  const mismatch = (at: number, expected: CelType, actual: CelType): void =>
    report(at, `expected type '${expected.text}' but found '${actual.text}'`);
  const undeclared = (at: number, name: string): CelType => {
    report(at, `undeclared reference to '${name}' (in container '')`);
    return ERROR;
  };
  const fits = (from: readonly CelType[], to: readonly CelType[]): boolean => {
    const found = assignable(known, from, to);
    if (found) known = found;
    return found !== undefined;
  };
  const newVariable = (): CelType => paramType(`_var${variables++}`);
  const settled = (type: CelType): CelType => substitute(known, type);
  const unwrapOptionalEntry = (value: Expr): CelType => {
    const type = typeOfExpr(value);
    const inner = unwrapped(type);
    if (!inner && !isDyn(type)) mismatch(value.at, optionalType(type), type);
    return inner ?? type;
  };

  function typeOfExpr(part: Expr): CelType {
    return part.type ?? visit(part);
  }
  function visit(part: Expr): CelType {
    const type = typeFor(part);
    part.type = type;
    typed.push(part);
    return type;
  }

  function typeFor(part: Expr): CelType {
    switch (part.kind) {
      case 'literal':
        return typeOf(part.value);
      case 'ident':
        return identType(part) ?? undeclared(part.at, part.name);
      case 'select':
        return selectType(part);
      case 'call':
        return callType(part);
      case 'list':
        return listLiteralType(part);
      case 'map':
        return mapLiteralType(part);
      case 'struct':
        return structType(part);
      case 'comprehension':
        return comprehensionType(part);
    }
  }

  function local(name: string): CelType | undefined {
    for (let at = scope; at; at = at.outer) {
      const found = at.names.get(name);
      if (found) return found;
    }
    return undefined;
  }

  /** Returns the type of a name: of a loop's variable, a variable, or a type. */
  function identType(part: Ident): CelType | undefined {
    const inner = local(part.name);
    if (inner) return inner;
    const name = withoutDot(part.name);
    const variable = declarations.variable(name);
    if (variable) {
      references.add(name);
      return variable;
    }
    const denoted = declarations.type(name);
    if (!denoted) return undefined;
    part.denotes = denoted;
    return typeType(denoted);
  }

  function selectType(part: Select): CelType {
    const path = part.test ? undefined : dottedName(part);
    if (path !== undefined) {
      const first = root(part);
      if (first.kind === 'ident' && !local(first.name)) {
        const whole: Ident = { kind: 'ident', at: part.at, name: path };
        const type = identType(whole);
        if (type) {
          part.resolved = { ...whole, type };
          return type;
        }
      }
    }
    const field = fieldType(part, part.operand, part.field, false);
    return part.test ? BOOL : settled(field);
  }

  function fieldType(part: Expr, operand: Expr, field: string, optional: boolean): CelType {
    const whole = settled(typeOfExpr(operand));
    const inner = unwrapped(whole);
    const target = inner ?? whole;
    let result = ERROR;
    if (target.kind === 'map') result = target.params[1] ?? DYN;
    else if (target.kind === 'object') {
      const found = target.field?.(field);
      if (found) result = found;
      else report(part.at, `undefined field '${field}'`);
    } else {
      if (target.kind === 'param') fits([DYN], [target]);
      else if (target.kind !== 'dyn' && target.kind !== 'error') report(part.at, `type '${target.text}' does not support field selection`);
      result = DYN;
    }
    return inner || optional ? optionalType(result) : result;
  }

  function callType(part: Call): CelType {
    const { name, target, args } = part;
    const [operand, field] = args;
    if (name === '_?._' && operand && field?.kind === 'literal' && typeof field.value === 'string') {
      part.overloads = ['select_optional_field'];
      return settled(fieldType(part, operand, field.value, true));
    }
    for (const arg of args) typeOfExpr(arg);
    if (!target) {
      const plain = withoutDot(name);
      const overloads = declarations.overloads(plain);
      return overloads ? overloadType(part, plain, overloads, args, false) : undeclared(part.at, name);
    }
    const prefix = dottedName(target);
    if (prefix !== undefined) {
      const qualified = `${withoutDot(prefix)}.${name}`;
      const overloads = declarations.overloads(qualified);
      if (overloads) {
        part.qualified = qualified;
        return overloadType(part, qualified, overloads, args, false);
      }
    }
    typeOfExpr(target);
    const overloads = declarations.overloads(name);
    return overloads ? overloadType(part, name, overloads, [target, ...args], true) : undeclared(part.at, name);
  }

  function overloadType(part: Call, name: string, overloads: readonly Overload[], args: readonly Expr[], member: boolean): CelType {
    const types = args.map(typeOfExpr);
    if (name === '_&&_' || name === '_||_') return logicalType(part, args, types, overloads);
    const matching: string[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      if ((overload.member ?? false) !== member) continue;
      const [type, ...params] = instantiated(overload);
      if (!type || !fits(types, params)) continue;
      matching.push(overload.id);
      const found = settled(type);
      if (!result) result = found;
      else if (!isDyn(result) && !sameType(found, result)) result = DYN;
    }
    if (!result) {
      const [first, ...rest] = types.map((type) => substitute(known, type, true).text);
      const signature = member ? `${first}.(${rest.join(', ')})` : `(${[first, ...rest].filter((t) => t !== undefined).join(', ')})`;
      report(part.at, `found no matching overload for '${name}' applied to '${signature}'`);
      return ERROR;
    }
    part.overloads = matching;
    return result;
  }

  function logicalType(part: Call, args: readonly Expr[], types: readonly CelType[], overloads: readonly Overload[]): CelType {
    let faulty = false;
    types.forEach((type, i) => {
      if (fits([type], [BOOL])) return;
      mismatch(args[i]?.at ?? part.at, BOOL, type);
      faulty = true;
    });
    part.overloads = overloads.map(({ id }) => id);
    return faulty ? ERROR : BOOL;
  }

  /** Returns the result and the parameters of an overload, with new variables for its type parameters. */
  function instantiated({ result, params }: Overload): readonly CelType[] {
    const types = [result, ...params];
    const names = new Set<string>();
    const collect = (type: CelType): void => {
      if (type.kind === 'param') names.add(type.text);
      type.params.forEach(collect);
    };
    types.forEach(collect);
    if (names.size === 0) return types;
    const fresh = new Map([...names].map((name) => [name, newVariable()]));
    return types.map((type) => substitute(fresh, type));
  }

  function joined(previous: CelType | undefined, current: CelType): CelType {
    if (!previous) return current;
    return fits([previous], [current]) ? mostGeneral(previous, current) : DYN;
  }

  function listLiteralType(part: Extract<Expr, { kind: 'list' }>): CelType {
    let item: CelType | undefined;
    part.items.forEach((value, i) => {
      item = joined(item, part.optional.has(i) ? unwrapOptionalEntry(value) : typeOfExpr(value));
    });
    return listType(item ?? newVariable());
  }

  function mapLiteralType(part: Extract<Expr, { kind: 'map' }>): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of part.entries) {
      key = joined(key, typeOfExpr(entry.key));
      value = joined(value, entry.optional ? unwrapOptionalEntry(entry.value) : typeOfExpr(entry.value));
    }
    return mapType(key ?? newVariable(), value ?? newVariable());
  }

  function structType(part: StructLiteral): CelType {
    const type = declarations.type(withoutDot(part.name));
    if (!type) return undeclared(part.at, part.name);
    let result = type;
    if (type.kind === 'object') part.denotes = type;
    else {
      report(part.at, `'${type.text}' is not a message type`);
      result = ERROR;
    }
    for (const entry of part.entries) {
      typeOfExpr(entry.value);
      const found = type.field?.(entry.key);
      if (!found && result !== ERROR) report(entry.at, `undefined field '${entry.key}'`);
      const declared = found ?? ERROR;
      const actual = entry.optional ? unwrapOptionalEntry(entry.value) : typeOfExpr(entry.value);
      if (!fits([declared], [actual])) {
        report(entry.at, `expected type of field '${entry.key}' is '${declared.text}' but provided type is '${actual.text}'`);
      }
    }
    return result;
  }

  function comprehensionType(part: Comprehension): CelType {
    const range = settled(typeOfExpr(part.range));
    const accumulator = typeOfExpr(part.init);
    const [first, second] = elementTypes(part, range);
    const outer = scope;
    scope = { names: new Map([[part.accumulator, accumulator]]), outer };
    const accumulation = scope;
    const names = new Map([[part.variable, part.variable2 === undefined ? (second ?? first) : first]]);
    if (part.variable2 !== undefined) names.set(part.variable2, second ?? first);
    scope = { names, outer: accumulation };
    assertType(part.condition, BOOL);
    assertType(part.step, accumulator);
    scope = accumulation;
    const result = typeOfExpr(part.result);
    scope = outer;
    return settled(result);
  }

  /** Returns the types of key or index, and of element or value; for one variable, the second is the variable's if it is there. */
  function elementTypes(part: Comprehension, range: CelType): readonly [CelType, CelType?] {
    switch (range.kind) {
      case 'list':
        return [INT, range.params[0] ?? DYN];
      case 'map':
        return part.variable2 === undefined ? [range.params[0] ?? DYN] : [range.params[0] ?? DYN, range.params[1] ?? DYN];
      case 'dyn':
      case 'error':
      case 'param':
        fits([DYN], [range]);
        return [DYN, DYN];
      default:
        report(part.range.at, `expression of type '${range.text}' cannot be range of a comprehension (must be list, map, or dynamic)`);
        return [ERROR, ERROR];
    }
  }

  function assertType(part: Expr, expected: CelType): void {
    const type = typeOfExpr(part);
    if (!fits([expected], [type])) mismatch(part.at, expected, type);
  }

  const result = typeOfExpr(expr);
  for (const part of typed) if (part.type) part.type = substitute(known, part.type, true);
  return substitute(known, result, true);
}
