import { Condition } from '../../../meta/condition.ts';
import { ObjectMeta } from '../../../meta/object-meta.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, int64, listMap, ref, string, struct, topLevel } from '../../../schema/fields.ts';
import { MatchCondition } from '../match-condition.ts';
import { MatchResources } from '../match-resources.ts';
import { ParamKind } from '../param.ts';
import { failurePolicyField, Variable } from '../policy.ts';

export const Validation = struct('Validation', 'A condition that admitted objects meet, in CEL.', {
  expression: string(
    'CEL expression that evaluates to true for what is admitted; it knows object, oldObject, request, params, namespaceObject, variables and authorizer.',
  ).tag(1),
  message: string('Message of a refusal, one line; made of the expression, if left out.').tag(2).optional(),
  messageExpression: string('CEL expression that evaluates to the message of a refusal; it knows all that expression does, but authorizer.')
    .tag(4)
    .optional(),
  reason: string('Reason of a refusal: Unauthorized, Forbidden, Invalid or RequestEntityTooLarge. Invalid, if left out.', {
    presence: 'pointer',
    goType: 'StatusReason',
  })
    .tag(3)
    .optional(),
});
export type Validation = Infer<typeof Validation>;

export const AuditAnnotation = struct('AuditAnnotation', 'An annotation of the audit event of a request.', {
  key: string("Name part of the annotation's key; the name of the policy is its prefix.").tag(1),
  valueExpression: string('CEL expression that evaluates to the value; an empty string or null leaves the annotation out.').tag(2),
});
export type AuditAnnotation = Infer<typeof AuditAnnotation>;

export const ExpressionWarning = struct('ExpressionWarning', 'A likely mistake in an expression.', {
  fieldRef: string('Path of the expression: spec.validations[0].expression.').tag(2),
  warning: string('The mistake, and the type for which it is one.').tag(3),
});
export type ExpressionWarning = Infer<typeof ExpressionWarning>;

export const TypeChecking = struct('TypeChecking', 'Outcome of checking the expressions against the types of the objects that a policy matches.', {
  expressionWarnings: atomicList(ExpressionWarning, 'The mistakes that were found.').tag(1).optional(),
});

export const ValidatingAdmissionPolicySpec = struct('ValidatingAdmissionPolicySpec', 'Which requests a policy is about, and its rules.', {
  auditAnnotations: atomicList(AuditAnnotation, 'Annotations of the audit events of the requests.').tag(5).optional(),
  failurePolicy: failurePolicyField().tag(4).optional(),
  matchConditions: listMap(MatchCondition, ['name'], 'Conditions that a request must all meet for the policy to apply; 64 at most.')
    .tag(6)
    .optional(),
  matchConstraints: ref(MatchResources, 'The requests that the policy is about.').tag(2).optional(),
  paramKind: ref(ParamKind, 'The kind of the objects that parametrise the policy.').tag(1).optional(),
  validations: atomicList(Validation, 'Conditions that an admitted request meets.').tag(3).optional(),
  variables: listMap(Variable, ['name'], 'Expressions that others may use as variables.NAME; each may use those before it.').tag(7).optional(),
});
export type ValidatingAdmissionPolicySpec = Infer<typeof ValidatingAdmissionPolicySpec>;

export const ValidatingAdmissionPolicyStatus = struct('ValidatingAdmissionPolicyStatus', 'What was found out about a policy.', {
  conditions: listMap(Condition, ['type'], 'Latest observations, one of each type.', { patch: false }).tag(3).optional(),
  observedGeneration: int64('The metadata.generation that was looked at.').tag(1).optional(),
  typeChecking: ref(TypeChecking, 'Outcome of checking types; it is there once they have been checked.').tag(2).optional(),
});

export const ValidatingAdmissionPolicy = topLevel(
  'ValidatingAdmissionPolicy',
  'Refuses requests that do not meet conditions written in CEL; a ValidatingAdmissionPolicyBinding puts it in force.',
  {
    metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
      presence: 'filled',
    })
      .tag(1)
      .optional(),
    spec: ref(ValidatingAdmissionPolicySpec, 'The policy.', { presence: 'filled' }).tag(2).optional(),
    status: ref(ValidatingAdmissionPolicyStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
  },
);
export type ValidatingAdmissionPolicy = Infer<typeof ValidatingAdmissionPolicy>;
