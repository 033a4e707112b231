import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { CSIDriver } from './csi-driver.ts';
import { csiDrivers } from './csi-driver.ts';

const { strategy } = csiDrivers;

describe('a CSIDriver', () => {
  it.each<[string, CSIDriver['spec'], string]>([
    ['knows two kinds of volumes', { volumeLifecycleModes: ['Other'] }, 'spec.volumeLifecycleModes: Unsupported value: "Other"'],
    ['knows three treatments of groups', { fsGroupPolicy: '' }, 'spec.fsGroupPolicy: Unsupported value: ""'],
    [
      'asks for tokens that last',
      { tokenRequests: [{ audience: 'a', expirationSeconds: 599 }] },
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    ['asks for an audience once', { tokenRequests: [{ audience: 'a' }, { audience: 'a' }] }, 'spec.tokenRequests[1].audience: Duplicate value: "a"'],
  ])('%s', (...[, spec, expected]) => {
    expect(createErrors(strategy, { spec })).toEqual([expect.stringContaining(expected)]);
  });

  it('keeps how volumes are attached, and is updated by the version that was read', () => {
    const old = stored<CSIDriver>(strategy, { spec: {} });
    const errors = updateErrors(strategy, old, (next) => {
      next.spec.attachRequired = false;
    });
    expect(errors).toEqual(['spec.attachedRequired: Invalid value: false: field is immutable']);
    expect(strategy.allowUnconditionalUpdate).toBe(false);
  });
});
