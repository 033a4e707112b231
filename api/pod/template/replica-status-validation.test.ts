import { expect, it } from '@jest/globals';
import { fieldErrorText } from '../../schema/field-error.ts';
import { validateReplicaStatus } from './replica-status-validation.ts';

const errorsOf = (...given: Parameters<typeof validateReplicaStatus>) => validateReplicaStatus(...given).map(fieldErrorText);
const tooMany = (part: string) => `status.${part}: Invalid value: 2: cannot be greater than status.replicas`;

it.each([
  ['fullyLabeledReplicas', 'updatedReplicas'],
  ['updatedReplicas', 'fullyLabeledReplicas'],
] as const)('the part that a kind counts itself, %s, may not exceed the whole; that of other kinds is not looked at', (own, other) => {
  expect(errorsOf({ replicas: 1, [own]: 2, [other]: 2 }, own)).toEqual([tooMany(own)]);
});

it('the parts that all kinds count may not exceed the whole, and nothing is negative', () => {
  expect(errorsOf({ replicas: 1, readyReplicas: 2, availableReplicas: 2 }, 'updatedReplicas')).toEqual([
    tooMany('readyReplicas'),
    tooMany('availableReplicas'),
  ]);
  expect(errorsOf({ replicas: -1 }, 'updatedReplicas')).toContain('status.replicas: Invalid value: -1: must be greater than or equal to 0');
});
