import { expect, it } from '@jest/globals';
import type { FieldError } from '../schema/field-error.ts';
import { boundedFaultsInTurns } from '../schema/field-error.ts';
import { rootPath } from './field-path.ts';
import { checkLabelSelector } from './label-selector.ts';

it('a long selector that cannot be read has faults before the rules that read it', async () => {
  const matchExpressions = Array.from({ length: 1_500 }, (_, i) => ({ key: `k${i}`, operator: i === 1_000 ? 'Between' : 'Exists' }));
  let known = 0;
  const faults = await boundedFaultsInTurns(() => {
    const errors: FieldError[] = [];
    checkLabelSelector(errors, { matchExpressions }, rootPath('spec.selector'));
    known = errors.length;
    return errors;
  });
  expect(faults.map(({ field }) => field)).toEqual(['spec.selector.matchExpressions[1000].operator']);
  expect(known).toBe(1);
});
