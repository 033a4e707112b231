import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, duplicate, required, tooMany } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { string, struct } from '../../schema/fields.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { indexPath, pathText } from '../../validation/field-path.ts';
import { addFaults } from '../../validation/field-rules.ts';
import { qualifiedNameFaults } from '../../validation/name-rules.ts';

export const MatchCondition = struct('MatchCondition', 'A condition that a request must meet, in CEL.', {
  expression: string('CEL expression over object, oldObject, request and authorizer that evaluates to a bool.').tag(2),
  name: string('Qualified name of the condition, for logs and messages.').tag(1),
});
export type MatchCondition = Infer<typeof MatchCondition>;

const MAX_CONDITIONS = 64;

/** Adds the faults of an expression that is not empty, at the text of its path. */
export type ExpressionCheck = (errors: FieldError[], expression: string, field: string) => void;

/** Checks match conditions; `checkExpression` compiles each expression. */
export function checkMatchConditions(
  errors: FieldError[],
  conditions: readonly MatchCondition[],
  path: FieldPath,
  checkExpression: ExpressionCheck,
): void {
  if (conditions.length > MAX_CONDITIONS) errors.push(tooMany(pathText(path), conditions.length, MAX_CONDITIONS));
  const names = new Set<string>();
  checkEach(conditions, ({ name = '', expression = '' }, i) => {
    const at = indexPath(path, i);
    const trimmed = expression.trim();
    if (trimmed === '') errors.push(required(pathText(at, 'expression')));
    else checkExpression(errors, trimmed, pathText(at, 'expression'));
    if (name === '') errors.push(required(pathText(at, 'name')));
    else {
      addFaults(errors, qualifiedNameFaults(name), name, at, 'name');
      if (names.has(name)) errors.push(duplicate(pathText(at, 'name'), name));
      names.add(name);
    }
  });
}
