import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updated, updateErrors } from '../../definition/strategy.fixture.ts';
import type { MutatingAdmissionPolicy, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from './index.ts';
import { mutatingAdmissionPolicies, validatingAdmissionPolicies, validatingAdmissionPolicyBindings } from './index.ts';

const matchConstraints = {
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
};
type ValidatingSpec = NonNullable<ValidatingAdmissionPolicy['spec']>;
const validating = (spec: Partial<ValidatingSpec>): ValidatingAdmissionPolicy => ({
  metadata: { name: 'p' },
  spec: { failurePolicy: 'Fail', matchConstraints, validations: [{ expression: 'true' }], ...spec },
});
type MutatingSpec = NonNullable<MutatingAdmissionPolicy['spec']>;
const patch = { patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/data"}]' } };
const mutating = (spec: Partial<MutatingSpec>): MutatingAdmissionPolicy => ({
  metadata: { name: 'p' },
  spec: { failurePolicy: 'Fail', reinvocationPolicy: 'Never', matchConstraints, mutations: [patch], ...spec },
});

describe('a ValidatingAdmissionPolicy', () => {
  const { strategy } = validatingAdmissionPolicies;

  it.each<[string, Partial<ValidatingSpec>, readonly string[]]>([
    ['is accepted', {}, []],
    ['needs rules', { matchConstraints: { ...matchConstraints, resourceRules: [] } }, ['spec.matchConstraints.resourceRules: Required value']],
    [
      'validates or annotates',
      { validations: [] },
      [
        'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
        'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
      ],
    ],
    [
      'has a message of one line',
      { validations: [{ expression: 'true', message: 'a\nb' }] },
      ['spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks'],
    ],
    [
      'has a message that is no blank',
      { validations: [{ expression: 'true', message: ' ', messageExpression: ' ' }] },
      [
        'spec.validations[0].messageExpression: Invalid value: " ": must be non-empty if specified',
        'spec.validations[0].message: Invalid value: " ": message must be non-empty if specified',
      ],
    ],
    [
      'has variables with names that expressions can write',
      { variables: [{ name: 'in', expression: '1' }] },
      ['spec.variables[0].name: Invalid value: "in": must be a valid CEL identifier'],
    ],
    [
      'annotates under different keys',
      {
        auditAnnotations: [
          { key: 'k', valueExpression: "'a'" },
          { key: 'k', valueExpression: "'b'" },
        ],
      },
      ['spec.auditAnnotations[1].key: Duplicate value: "k"'],
    ],
    [
      'has no value expressions beyond 5 KiB',
      { auditAnnotations: [{ key: 'k', valueExpression: 'x'.repeat(5121) }] },
      ['spec.auditAnnotations[0].valueExpression: Required value: must not exceed 5120 bytes in length'],
    ],
  ])('%s', (_what, spec, faults) => {
    expect(createErrors(strategy, validating(spec))).toEqual(faults);
  });

  it('keeps its status from those who write the policy', () => {
    const old = { ...stored(strategy, validating({})), status: { observedGeneration: 1 } };
    const next = updated(strategy, old, (policy) => {
      policy.status = { observedGeneration: 7 };
    });
    expect(next.status).toEqual({ observedGeneration: 1 });
  });
});

describe('a MutatingAdmissionPolicy', () => {
  const { strategy } = mutatingAdmissionPolicies;
  const deletions = { ...matchConstraints, resourceRules: [{ ...matchConstraints.resourceRules[0], operations: ['DELETE'] }] };

  it.each<[string, Partial<MutatingSpec>, readonly string[]]>([
    ['is accepted', {}, []],
    ['needs mutations', { mutations: [] }, ['spec.mutations: Required value: mutations must contain at least one item']],
    ['needs a reinvocation policy', { reinvocationPolicy: '' }, ['spec.reinvocationPolicy: Required value']],
    [
      'has nothing to change in deletions',
      { matchConstraints: deletions },
      ['spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"'],
    ],
    [
      'has patches of their type alone',
      { mutations: [{ patchType: 'JSONPatch', applyConfiguration: { expression: 'Object{}' } }] },
      [
        'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
        'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
      ],
    ],
    [
      'knows two types of patches',
      { mutations: [{ patchType: 'Merge' }] },
      ['spec.mutations[0].patchType: Unsupported value: "Merge": supported values: "ApplyConfiguration", "JSONPatch"'],
    ],
  ])('%s', (_what, spec, faults) => {
    expect(createErrors(strategy, mutating(spec))).toEqual(faults);
  });
});

describe('a ValidatingAdmissionPolicyBinding', () => {
  const { strategy } = validatingAdmissionPolicyBindings;
  const binding = (validationActions: string[], policyName = 'p'): ValidatingAdmissionPolicyBinding => ({
    metadata: { name: 'b' },
    spec: { policyName, validationActions },
  });

  it.each<[readonly string[], readonly string[]]>([
    [['Deny', 'Audit'], []],
    [[], ['spec.validationActions: Required value: at least one validation action is required']],
    [['Deny', 'Deny'], ['spec.validationActions[1]: Duplicate value: "Deny"']],
    [['Log'], ['spec.validationActions[0]: Unsupported value: "Log": supported values: "Audit", "Deny", "Warn"']],
    [
      ['Deny', 'Warn'],
      [
        'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ],
    ],
  ])('with the actions %j has the faults %j', (actions, faults) => {
    expect(createErrors(strategy, binding([...actions]))).toEqual(faults);
  });

  it('needs a policy on update too', () => {
    const old = stored(strategy, binding(['Deny']));
    expect(
      updateErrors(strategy, old, (next) => {
        next.spec.policyName = '';
      }),
    ).toEqual(['spec.policyName: Required value']);
  });
});
