import { describe, expect, it } from '@jest/globals';
import { createErrors, statusErrors, stored, updateErrors } from '../../definition/strategy.fixture.ts';
import type { DeviceClaim } from './device-claim.ts';
import type { ResourceClaim } from './resource-claim.ts';
import { resourceClaims } from './resource-claim.ts';

const { strategy } = resourceClaims;
const devices: DeviceClaim = { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu' } }] };

describe('a ResourceClaim', () => {
  it.each<[string, DeviceClaim, string]>([
    ['asks for something', { requests: [{ name: 'r' }] }, 'spec.devices.requests[0]: Required value: exactly one of'],
    [
      'names a class',
      { requests: [{ name: 'r', exactly: { deviceClassName: '' } }] },
      'spec.devices.requests[0].exactly.deviceClassName: Required value',
    ],
    [
      'has constraints on its own requests',
      { ...devices, constraints: [{ requests: ['other'], matchAttribute: 'a.b/c' }] },
      'spec.devices.constraints[0].requests[0]: Invalid value: "other": must be the name of a request in the claim',
    ],
    [
      'constrains attributes by their full name',
      { ...devices, constraints: [{ matchAttribute: 'c' }] },
      'spec.devices.constraints[0].matchAttribute: Invalid value: "c": a fully qualified name must be',
    ],
  ])('%s', (...[, claim, expected]) => {
    expect(createErrors(strategy, { spec: { devices: claim } })).toEqual([expect.stringContaining(expected)]);
  });

  it.each([{}, { devices: {} }, { devices: { requests: null } }])('may ask for nothing: %j', (spec) => {
    expect(createErrors(strategy, { spec } as ResourceClaim)).toEqual([]);
  });

  it('asks for one device unless it says otherwise, and never changes', () => {
    const old = stored<ResourceClaim>(strategy, { spec: { devices } });
    expect(old.spec.devices?.requests?.[0]?.exactly).toMatchObject({ allocationMode: 'ExactCount', count: 1 });
    const errors = updateErrors(strategy, old, (next) => {
      next.spec = {};
    });
    expect(errors).toEqual([expect.stringMatching(/^spec: Invalid value: \{"Devices":\{"Requests":.*\}: field is immutable$/)]);
  });

  it('is reserved only once devices are allocated', () => {
    const old = stored<ResourceClaim>(strategy, { spec: { devices } });
    const errors = statusErrors(strategy, old, (next) => {
      next.status = { reservedFor: [{ resource: 'pods', name: 'p', uid: 'u' }] };
    });
    expect(errors).toEqual(['status.reservedFor: Forbidden: may not be specified when `allocated` is not set']);
  });
});
