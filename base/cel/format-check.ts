import type { Issue } from './issues.ts';
import type { Call, Expr } from './syntax-tree.ts';
import { clausesOf, formatFault } from './text-format.ts';
import type { TypeKind } from './types.ts';
import { DYN } from './types.ts';
import { EvaluationError } from './values.ts';

const SHOWN: ReadonlySet<TypeKind> = new Set([
  ...(['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'timestamp', 'bytes', 'duration', 'type', 'null', 'dyn'] as const),
]);
const ALLOWED: Readonly<Record<string, ReadonlySet<TypeKind>>> = {
  s: SHOWN,
  d: new Set(['int', 'uint', 'dyn']),
  f: new Set(['double', 'string', 'dyn']),
  e: new Set(['double', 'string', 'dyn']),
  b: new Set(['int', 'uint', 'bool', 'dyn']),
  x: new Set(['int', 'uint', 'string', 'bytes', 'dyn']),
  X: new Set(['int', 'uint', 'string', 'bytes', 'dyn']),
  o: new Set(['int', 'uint', 'dyn']),
};

/** Returns the part of an argument of `%s` that cannot be shown. */
function unshown(expr: Expr): Expr | undefined {
  if (!SHOWN.has((expr.type ?? DYN).kind)) return expr;
  const parts = expr.kind === 'list' ? expr.items : expr.kind === 'map' ? expr.entries.flatMap(({ key, value }) => [key, value]) : [];
  for (const part of parts) {
    const bad = unshown(part);
    if (bad) return bad;
  }
  return undefined;
}

/** Reports what is wrong with a call of `format` whose format string and list of arguments are literals. */
export function checkFormat({ at, target, args: [list] }: Call, issues: Issue[]): void {
  if (target?.kind !== 'literal' || typeof target.value !== 'string' || list?.kind !== 'list') return;
  const args = list.items;
  let used = 0;
  try {
    for (const clause of clausesOf(target.value)) {
      if (typeof clause === 'string') continue;
      const arg = args[used];
      if (!arg) throw new EvaluationError(`index ${used} out of range`);
      used++;
      const bad = clause.kind === 's' ? unshown(arg) : ALLOWED[clause.kind]?.has((arg.type ?? DYN).kind) ? undefined : arg;
      if (!bad) continue;
      issues.push({ at: bad.at, message: `error during formatting: ${formatFault(clause.kind, (bad.type ?? DYN).name)}` });
      return;
    }
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    issues.push({ at, message: error.message });
    return;
  }
  if (args.length > used) issues.push({ at, message: `too many arguments supplied to string.format (expected ${used}, got ${args.length})` });
}
