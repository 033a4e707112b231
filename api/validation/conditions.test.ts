import { describe, expect, it } from '@jest/globals';
import type { Condition } from '../meta/condition.ts';
import type { FieldError } from '../schema/field-error.ts';
import { fieldErrorText } from '../schema/field-error.ts';
import { checkConditions } from './conditions.ts';
import { rootPath } from './field-path.ts';

const READY: Condition = { type: 'Ready', status: 'True', reason: 'Done', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
function faults(...conditions: readonly Partial<Condition>[]): string[] {
  const errors: FieldError[] = [];
  checkConditions(errors, conditions, rootPath('conditions'));
  return errors.map(fieldErrorText);
}

describe('the conditions of a status', () => {
  it('are accepted if each is complete and has a type of its own', () => {
    expect(faults(READY, { ...READY, type: 'example.com/Other', reason: 'A,b:c_1' })).toEqual([]);
  });

  it.each<[string, Partial<Condition>, string]>([
    ['no status', { status: '' }, 'conditions[0].status: Unsupported value: "": supported values: "False", "True", "Unknown"'],
    ['no reason', { reason: '' }, 'conditions[0].reason: Required value'],
    ['no time', { lastTransitionTime: '' }, 'conditions[0].lastTransitionTime: Required value'],
    [
      'a negative generation',
      { observedGeneration: -1 },
      'conditions[0].observedGeneration: Invalid value: -1: must be greater than or equal to zero',
    ],
    ['a long reason', { reason: 'x'.repeat(1025) }, 'conditions[0].reason: Too long: may not be more than 1024 bytes'],
    ['a long message', { message: 'x'.repeat(32769) }, 'conditions[0].message: Too long: may not be more than 32768 bytes'],
  ])('may not have %s', (_what, change, fault) => {
    expect(faults({ ...READY, ...change })).toEqual([fault]);
  });

  it('may not have a reason with spaces, nor a type twice', () => {
    expect(faults({ ...READY, reason: 'not done' })).toEqual([
      expect.stringMatching(/^conditions\[0\]\.reason: Invalid value: "not done": a condition reason/),
    ]);
    expect(faults(READY, READY)).toEqual(['conditions[1].type: Duplicate value: "Ready"']);
  });
});
