import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { VolumeAttributesClass } from './volume-attributes-class.ts';
import { volumeAttributesClasses } from './volume-attributes-class.ts';

const { strategy } = volumeAttributesClasses;

describe('a VolumeAttributesClass', () => {
  it('names a driver and has parameters', () => {
    expect(createErrors(strategy, { driverName: '' })).toEqual([
      'driverName: Required value',
      'parameters: Required value: must contain at least one key/value pair',
    ]);
  });

  it('keeps both', () => {
    const old = stored<VolumeAttributesClass>(strategy, { driverName: 'd', parameters: { a: 'b' } });
    const errors = updateErrors(strategy, old, (next) => {
      next.driverName = 'e';
      next.parameters = { a: 'c' };
    });
    expect(errors).toEqual([
      'driverName: Forbidden: updates to driverName are forbidden.',
      'parameters: Forbidden: updates to parameters are forbidden.',
    ]);
  });
});
