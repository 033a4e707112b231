import { describe, expect, it } from '@jest/globals';
import { createErrors } from '../../definition/strategy.fixture.ts';
import type { DeviceClass } from './device-class.ts';
import { deviceClasses } from './device-class.ts';

describe('a DeviceClass', () => {
  it.each<[string, DeviceClass['spec'], string]>([
    ['selects by an expression', { selectors: [{}] }, 'spec.selectors[0].cel: Required value'],
    ['configures a driver', { config: [{}] }, 'spec.config[0].opaque: Required value'],
    [
      'hands an object to the driver',
      { config: [{ opaque: { driver: 'd', parameters: [] } }] },
      'spec.config[0].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object',
    ],
    ['stands for an extended resource', { extendedResourceName: 'cpu' }, 'spec.extendedResourceName: Invalid value: "cpu"'],
  ])('%s', (...[, spec, expected]) => {
    expect(createErrors(deviceClasses.strategy, { spec })).toEqual([expect.stringContaining(expected)]);
  });
});
