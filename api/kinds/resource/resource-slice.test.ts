import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { ResourceSlice } from './resource-slice.ts';
import { resourceSlices } from './resource-slice.ts';

const { strategy } = resourceSlices;
const spec: ResourceSlice['spec'] = { driver: 'd', nodeName: 'n', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } };

describe('a ResourceSlice', () => {
  it.each<[string, Partial<ResourceSlice['spec']>, string]>([
    ['says who can use the devices', { nodeName: undefined }, 'spec: Required value: exactly one of'],
    ['says it once', { allNodes: true }, 'but multiple fields are set'],
    [
      'counts its slices',
      { pool: { ...spec.pool, resourceSliceCount: 0 } },
      'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
    ],
    ['names no device twice', { devices: [{ name: 'a' }, { name: 'a' }] }, 'spec.devices[1]: Duplicate value: "a"'],
    [
      'gives each attribute a value',
      { devices: [{ name: 'a', attributes: { x: {} } }] },
      'spec.devices[0].attributes[x]: Invalid value: "": exactly one value',
    ],
    [
      'gives versions as semantic ones',
      { devices: [{ name: 'a', attributes: { x: { version: '1' } } }] },
      'spec.devices[0].attributes[x].version: Invalid value: "1": must be a string compatible with semver.org spec 2.0.0',
    ],
    [
      'has a default among the amounts',
      {
        devices: [
          { name: 'a', allowMultipleAllocations: true, capacity: { m: { value: '4', requestPolicy: { default: '3', validValues: ['1', '2'] } } } },
        ],
      },
      'default value is not valid according to the requestPolicy',
    ],
  ])('%s', (...[, change, expected]) => {
    expect(createErrors(strategy, { spec: { ...spec, ...change } })).toEqual([expect.stringContaining(expected)]);
  });

  it('stays on its node, and is selected by it', () => {
    const old = stored<ResourceSlice>(strategy, { spec });
    const errors = updateErrors(strategy, old, (next) => {
      next.spec.nodeName = 'm';
    });
    expect(errors).toEqual(['spec.nodeName: Invalid value: "m": field is immutable']);
    expect(strategy.selectableFields?.['spec.nodeName']?.(old)).toBe('n');
  });
});
