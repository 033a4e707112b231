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

  it('dates taints that have no date', () => {
    const slice: ResourceSlice = { spec: { ...spec, devices: [{ name: 'a', taints: [{ key: 'k', effect: 'NoExecute' }] }] } };
    strategy.stamp?.(slice, undefined, { user: { name: 'driver', groups: [] }, now: Date.UTC(2026, 0, 2, 3, 4, 5) });
    expect(slice.spec.devices?.[0]?.taints).toEqual([{ key: 'k', effect: 'NoExecute', timeAdded: '2026-01-02T03:04:05Z' }]);
  });

  it('has no fields of features that are off, unless it had them', () => {
    const devices = () => [
      { name: 'a', attributes: { x: { int: 1, strings: ['s'] } }, nodeAllocatableResourceMappings: { cpu: { allocationMultiplier: '1' } } },
    ];
    const old = stored<ResourceSlice>(strategy, { spec });
    const slice: ResourceSlice = { spec: { ...spec, devices: devices() } };
    strategy.prepareForUpdate?.(slice, old);
    expect(slice.spec.devices).toEqual([{ name: 'a', attributes: { x: { int: 1 } } }]);
    const kept: ResourceSlice = { spec: { ...spec, devices: devices() } };
    strategy.prepareForUpdate?.(kept, { ...old, spec: { ...spec, devices: devices() } });
    expect(kept.spec.devices).toEqual(devices());
  });

  it('warns of drivers in capital letters', () => {
    expect(strategy.warnings?.({ spec: { ...spec, driver: 'D.example.com' } }, undefined)).toEqual([
      'spec.driver: driver names should be lowercase; "D.example.com" contains uppercase characters',
    ]);
  });
});
