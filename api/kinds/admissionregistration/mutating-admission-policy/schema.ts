import { ObjectMeta } from '../../../meta/object-meta.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, listMap, ref, string, struct, topLevel } from '../../../schema/fields.ts';
import { MatchCondition } from '../match-condition.ts';
import { MatchResources, REINVOCATION_POLICIES } from '../match-resources.ts';
import { ParamKind } from '../param.ts';
import { failurePolicyField, Variable } from '../policy.ts';

export const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch'];

export const ApplyConfiguration = struct('ApplyConfiguration', 'A change of an object in the form of a server-side apply.', {
  expression: string('CEL expression that evaluates to an Object with the fields to set.').tag(1).optional(),
});

export const JSONPatch = struct('JSONPatch', 'A change of an object in the form of a JSON patch.', {
  expression: string('CEL expression that evaluates to a list of JSONPatch.').tag(1).optional(),
});

export const Mutation = struct('Mutation', 'A change of an object.', {
  applyConfiguration: ref(ApplyConfiguration, 'The change, if patchType is ApplyConfiguration.').tag(3).optional(),
  jsonPatch: ref(JSONPatch, 'The change, if patchType is JSONPatch.').tag(4).optional(),
  patchType: string('ApplyConfiguration or JSONPatch: the field that is set.', { goType: 'PatchType', enum: PATCH_TYPES }).tag(2),
});
export type Mutation = Infer<typeof Mutation>;

export const MutatingAdmissionPolicySpec = struct('MutatingAdmissionPolicySpec', 'Which requests a policy is about, and its changes.', {
  failurePolicy: failurePolicyField().tag(5).optional(),
  matchConditions: listMap(MatchCondition, ['name'], 'Conditions that a request must all meet for the policy to apply; 64 at most.')
    .tag(6)
    .optional(),
  matchConstraints: ref(MatchResources, 'The requests that the policy is about.').tag(2).optional(),
  mutations: atomicList(Mutation, 'The changes, in their order.').tag(4).optional(),
  paramKind: ref(ParamKind, 'The kind of the objects that parametrise the policy.').tag(1).optional(),
  reinvocationPolicy: string('Never, or IfNeeded: apply the policy once more if others change the object after it.', {
    goType: 'ReinvocationPolicyType',
    enum: REINVOCATION_POLICIES,
  })
    .tag(7)
    .optional(),
  variables: atomicList(Variable, 'Expressions that others may use as variables.NAME; each may use those before it.').tag(3).optional(),
});
export type MutatingAdmissionPolicySpec = Infer<typeof MutatingAdmissionPolicySpec>;

export const MutatingAdmissionPolicy = topLevel(
  'MutatingAdmissionPolicy',
  'Changes the objects of requests by expressions in CEL; a MutatingAdmissionPolicyBinding puts it in force.',
  {
    metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
      presence: 'filled',
    })
      .tag(1)
      .optional(),
    spec: ref(MutatingAdmissionPolicySpec, 'The policy.', { presence: 'filled' }).tag(2).optional(),
  },
);
export type MutatingAdmissionPolicy = Infer<typeof MutatingAdmissionPolicy>;
