import { describe, expect, it } from '@jest/globals';
import { row } from '../../definition/row.fixture.ts';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { StorageClass } from './storage-class.ts';
import { storageClasses } from './storage-class.ts';

const { strategy } = storageClasses;

describe('a StorageClass', () => {
  it.each<[string, Partial<StorageClass>, string]>([
    ['names its provisioner', { provisioner: '' }, 'provisioner: Required value'],
    ['cannot recycle', { reclaimPolicy: 'Recycle' }, 'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"'],
    ['binds at once or late', { volumeBindingMode: 'Never' }, 'volumeBindingMode: Unsupported value: "Never"'],
    ['requires something of each place', { allowedTopologies: [{}] }, 'allowedTopologies[0].matchLabelExpressions: Duplicate value: ""'],
    [
      'names values of a label',
      { allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: [] }] }] },
      'allowedTopologies[0].matchLabelExpressions[0].values: Required value',
    ],
  ])('%s', (...[, change, expected]) => {
    expect(createErrors(strategy, { provisioner: 'd', ...change })).toEqual([expect.stringContaining(expected)]);
  });

  it('keeps provisioner and parameters', () => {
    const old = stored<StorageClass>(strategy, { provisioner: 'd', parameters: { a: 'b' } });
    const errors = updateErrors(strategy, old, (next) => {
      next.provisioner = 'e';
      next.parameters = undefined;
    });
    expect(errors).toEqual(['parameters: Invalid value: null: field is immutable', 'provisioner: Invalid value: "e": field is immutable']);
  });

  it('shows that it is the default', () => {
    const metadata = { name: 'fast', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } };
    expect(row<StorageClass>(storageClasses, { metadata, provisioner: 'd' }).Name).toBe('fast (default)');
  });
});
