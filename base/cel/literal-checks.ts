import { goPattern } from '../regexp.ts';
import { checkFormat } from './format-check.ts';
import type { Issue } from './issues.ts';
import type { Call, Expr } from './syntax-tree.ts';
import { childrenOf } from './syntax-tree.ts';
import type { CelType } from './types.ts';
import { sameType, unwrapped } from './types.ts';
import type { Value } from './values.ts';
import { EvaluationError } from './values.ts';

/** Calls within which a list or a map may mix types. */
const MIXED = 'format';

/** Returns every part of an expression that is looked at for itself, outermost first, with whether it stands in a call of `format`. */
function* parts(expr: Expr, mixed = false): Generator<{ part: Expr; mixed: boolean }> {
  yield { part: expr, mixed };
  for (const child of childrenOf(expr)) yield* parts(child, mixed || (expr.kind === 'call' && expr.name === MIXED));
}

/**
 * Reports literals that can only fail: durations and times that are none, patterns that do not compile, lists and maps of mixed types.
 * @param convert calls a conversion by its name
 */
export function checkLiterals(expr: Expr, convert: (name: string, value: Value) => Value, issues: Issue[]): void {
  const all = [...parts(expr)];
  for (const name of ['duration', 'timestamp', 'matches']) {
    for (const { part } of all) {
      if (part.kind !== 'call' || part.name !== name || part.overloads === undefined) continue;
      const argument = part.args[0];
      if (argument?.kind === 'literal' && fails(part, argument.value, convert)) issues.push({ at: argument.at, message: `invalid ${name} argument` });
    }
  }
  for (const { part, mixed } of all) if (!mixed && part.kind === 'list') checkList(part, issues);
  for (const { part, mixed } of all) if (!mixed && part.kind === 'map') checkMap(part, issues);
  for (const { part } of all) if (part.kind === 'call' && part.name === MIXED) checkFormat(part, issues);
}

function fails({ name }: Call, value: Value, convert: (name: string, value: Value) => Value): boolean {
  try {
    if (name === 'matches') goPattern(typeof value === 'string' ? value : '');
    else convert(name, value);
    return false;
  } catch (error) {
    if (error instanceof EvaluationError || error instanceof SyntaxError) return true;
    throw error;
  }
}

const entryType = (value: Expr, optional: boolean): CelType | undefined => (optional && value.type ? unwrapped(value.type) : value.type);
const differ = (expected: CelType, actual: CelType): string => `expected type '${expected.text}' but found '${actual.text}'`;

function checkList(part: Extract<Expr, { kind: 'list' }>, issues: Issue[]): void {
  let first: CelType | undefined;
  for (const [i, item] of part.items.entries()) {
    const type = entryType(item, part.optional.has(i));
    first ??= type;
    if (!first || !type || sameType(first, type)) continue;
    issues.push({ at: item.at, message: differ(first, type) });
    return;
  }
}

function checkMap(part: Extract<Expr, { kind: 'map' }>, issues: Issue[]): void {
  const [first] = part.entries;
  for (const { key, value, optional } of part.entries.slice(1)) {
    const [keyType, valueType] = [first?.key.type, first && entryType(first.value, first.optional)];
    const type = entryType(value, optional);
    if (keyType && key.type && !sameType(keyType, key.type)) issues.push({ at: key.at, message: differ(keyType, key.type) });
    if (valueType && type && !sameType(valueType, type)) issues.push({ at: value.at, message: differ(valueType, type) });
  }
}
