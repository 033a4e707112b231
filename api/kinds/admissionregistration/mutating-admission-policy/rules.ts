import type { Strategy } from '../../../definition/strategy.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { checkEach, invalid, required } from '../../../schema/field-error.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, indexPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { checkChoice } from '../../../validation/field-rules.ts';
import { REINVOCATION_POLICIES } from '../match-resources.ts';
import { checkMutableResources } from '../mutable-operations.ts';
import { checkExpression, checkPolicySpec } from '../policy.ts';
import type { ExpressionUse, PolicyCompiler } from '../policy-expressions.ts';
import { policyCompiler } from '../policy-expressions.ts';
import type { MutatingAdmissionPolicy, Mutation } from './schema.ts';
import { PATCH_TYPES } from './schema.ts';

const SPEC = rootPath('spec');

/** The field of each type of patch, and the other one, which must not be set. */
const FIELDS = {
  ApplyConfiguration: { own: 'applyConfiguration', other: 'jsonPatch', use: 'apply configuration' },
  JSONPatch: { own: 'jsonPatch', other: 'applyConfiguration', use: 'JSON patch' },
} as const satisfies Record<string, { own: keyof Mutation; other: keyof Mutation; use: ExpressionUse }>;
const isPatchType = (type: string): type is keyof typeof FIELDS => Object.hasOwn(FIELDS, type);

function checkMutation(errors: FieldError[], mutation: Partial<Mutation>, path: FieldPath, compiler: PolicyCompiler): void {
  const { patchType = '' } = mutation;
  checkChoice(errors, patchType, PATCH_TYPES, path, 'patchType');
  if (!isPatchType(patchType)) return;
  const { own, other, use } = FIELDS[patchType];
  const patch = mutation[own];
  if (patch) {
    const { expression = '' } = patch;
    const field = pathText(path, own, 'expression');
    if (expression.trim() === '') errors.push(required(field));
    else checkExpression(errors, compiler.compile(expression, use), expression, field);
  } else errors.push(required(pathText(path, own), `must be specified when patchType is ${patchType}`));
  if (mutation[other]) errors.push(invalid(pathText(path, other), `{${other}}`, `must not be specified when patchType is ${patchType}`));
}

function validate({ spec = {} }: MutatingAdmissionPolicy, old?: MutatingAdmissionPolicy): FieldError[] {
  const errors: FieldError[] = [];
  const { paramKind, mutations = [], reinvocationPolicy } = spec;
  const compiler = policyCompiler({ hasParams: paramKind !== undefined, hasVariables: true });
  checkPolicySpec(errors, spec, { old: old && (old.spec ?? {}), compiler, checkMatch: checkMutableResources });
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  checkEach(mutations, (mutation, i) => {
    checkMutation(errors, mutation, indexPath(childPath(SPEC, 'mutations'), i), compiler);
  });
  checkChoice(errors, reinvocationPolicy, REINVOCATION_POLICIES, SPEC, 'reinvocationPolicy');
  return errors;
}

/** The rules of upstream's pkg/apis/admissionregistration/validation. */
export const mutatingAdmissionPolicyStrategy: Strategy<MutatingAdmissionPolicy> = {
  generation: 'content',
  allowUnconditionalUpdate: false,
  metadataChecks: { onUpdate: ['whole'], anyFinalizer: true },
  validate: (policy) => validate(policy),
  validateUpdate: validate,
};
