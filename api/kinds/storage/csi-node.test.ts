import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { CSINode, CSINodeDriver } from './csi-node.ts';
import { csiNodes } from './csi-node.ts';

const { strategy } = csiNodes;
const driver = { name: 'd', nodeID: 'id' };

describe('a CSINode', () => {
  it.each<[string, CSINodeDriver[], string]>([
    ['names its drivers', [{ ...driver, name: '' }], 'spec.drivers[0].name: Required value'],
    ['has an id for each', [{ ...driver, nodeID: '' }], 'spec.drivers[0].nodeID: Required value'],
    ['names none twice', [driver, driver], 'spec.drivers[1].name: Duplicate value: "d"'],
    ['takes no negative number', [{ ...driver, allocatable: { count: -1 } }], 'spec.drivers[0].allocatable.count: Invalid value: -1'],
  ])('%s', (...[, drivers, expected]) => {
    expect(createErrors(strategy, { spec: { drivers } })).toEqual([expect.stringContaining(expected)]);
  });

  it('lets drivers come, go and change their number, not their id', () => {
    const old = stored<CSINode>(strategy, { spec: { drivers: [driver] } });
    const errorsOf = (drivers: CSINodeDriver[]) =>
      updateErrors(strategy, old, (next) => {
        next.spec.drivers = drivers;
      });
    expect(
      errorsOf([
        { ...driver, allocatable: { count: 3 } },
        { name: 'e', nodeID: 'x' },
      ]),
    ).toEqual([]);
    expect(errorsOf([])).toEqual([]);
    expect(errorsOf([{ ...driver, nodeID: 'other' }])).toEqual([expect.stringContaining('field is immutable')]);
  });
});
