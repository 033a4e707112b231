import { semanticEqual } from '../../../base/equality.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEach, invalid, notSupported, required } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicStruct, string } from '../../schema/fields.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../validation/field-path.ts';
import type { MatchCondition } from './match-condition.ts';
import { checkMatchConditions } from './match-condition.ts';
import type { checkMatchResources, MatchResources } from './match-resources.ts';
import { FAILURE_POLICIES } from './match-resources.ts';
import type { ParamKind } from './param.ts';
import { checkParamKind } from './param.ts';
import type { PolicyCompiler } from './policy-expressions.ts';

export const Variable = atomicStruct('Variable', 'A named expression that others may use.', {
  expression: string('CEL expression that evaluates to the value; it is evaluated where it is first used.').tag(2),
  name: string('Name of the variable, a CEL identifier.').tag(1),
});
export type Variable = Infer<typeof Variable>;

export const failurePolicyField = () =>
  string('What happens to a request for which the policy cannot be evaluated: Fail or Ignore. Fail, if left out.', {
    presence: 'pointer',
    goType: 'FailurePolicyType',
    enum: FAILURE_POLICIES,
    default: 'Fail',
  });

/** The part of the spec that both kinds of policies have. */
interface PolicySpec {
  readonly failurePolicy?: string | undefined;
  readonly paramKind?: ParamKind | undefined;
  readonly matchConstraints?: MatchResources | undefined;
  readonly matchConditions?: readonly MatchCondition[] | undefined;
  readonly variables?: readonly Variable[] | undefined;
}

const SPEC = rootPath('spec');
const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** Adds the fault of an expression, if it has one. */
export function checkExpression(errors: FieldError[], fault: string | undefined, expression: string, field: string): void {
  if (fault !== undefined) errors.push(invalid(field, expression, fault));
}

function checkVariable(errors: FieldError[], { name = '', expression = '' }: Partial<Variable>, path: FieldPath, compiler: PolicyCompiler): void {
  if (name.trim() === '') errors.push(required(pathText(path, 'name'), 'name is not specified'));
  else if (!IDENTIFIER.test(name) || RESERVED.has(name)) errors.push(invalid(pathText(path, 'name'), name, 'must be a valid CEL identifier'));
  if (expression.trim() === '') errors.push(required(pathText(path, 'expression'), 'expression is not specified'));
  else checkExpression(errors, compiler.variable(name, expression), expression, pathText(path, 'expression'));
}

interface PolicyChecks {
  /** The spec before an update. */
  readonly old: PolicySpec | undefined;
  readonly compiler: PolicyCompiler;
  readonly checkMatch: typeof checkMatchResources;
}

/**
 * Checks what both kinds of policies have, in upstream's order. Match conditions that an update leaves as they are, with the kind of
 * parameters, are not compiled again.
 */
export function checkPolicySpec(errors: FieldError[], spec: PolicySpec, { old, compiler, checkMatch }: PolicyChecks): void {
  const { failurePolicy, paramKind, matchConstraints, matchConditions = [], variables = [] } = spec;
  if (failurePolicy === undefined) errors.push(required('spec.failurePolicy'));
  else if (!FAILURE_POLICIES.includes(failurePolicy)) errors.push(notSupported('spec.failurePolicy', failurePolicy, FAILURE_POLICIES));
  if (paramKind) checkParamKind(errors, paramKind, childPath(SPEC, 'paramKind'));
  if (matchConstraints) {
    const at = childPath(SPEC, 'matchConstraints');
    checkMatch(errors, matchConstraints, at);
    if (!matchConstraints.resourceRules?.length) errors.push(required(pathText(at, 'resourceRules')));
  } else errors.push(required('spec.matchConstraints'));
  const isKept = old && semanticEqual(paramKind, old.paramKind) && semanticEqual(matchConditions, old.matchConditions ?? []);
  if (!isKept) {
    checkMatchConditions(errors, matchConditions, childPath(SPEC, 'matchConditions'), (found, expression, field) =>
      checkExpression(found, compiler.condition(expression), expression, field),
    );
  }
  checkEach(variables, (variable, i) => {
    checkVariable(errors, variable, indexPath(childPath(SPEC, 'variables'), i), compiler);
  });
}
