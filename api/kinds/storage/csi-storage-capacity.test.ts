import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { CSIStorageCapacity } from './csi-storage-capacity.ts';
import { csiStorageCapacities } from './csi-storage-capacity.ts';

const { strategy } = csiStorageCapacities;

describe('a CSIStorageCapacity', () => {
  it('names a class, and has no less than nothing', () => {
    expect(createErrors(strategy, { storageClassName: 'Bad Name' })).toEqual([expect.stringContaining('storageClassName: Invalid value')]);
    expect(createErrors(strategy, { storageClassName: 'c', capacity: '-1' })).toEqual([expect.stringContaining('capacity: Invalid value: "-1"')]);
  });

  it('keeps its class', () => {
    const old = stored<CSIStorageCapacity>(strategy, { storageClassName: 'c' });
    const errors = updateErrors(strategy, old, (next) => {
      next.storageClassName = 'd';
    });
    expect(errors).toEqual(['storageClassName: Invalid value: "d": field is immutable']);
  });
});
