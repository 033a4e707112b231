import { own, setOwn } from '../../../base/json.ts';
import type { QuotaRule } from '../../definition/quota-rule.ts';
import type { KubeObject } from '../../meta/object.ts';
import type { DeviceRequest, DeviceSubRequest, ExactDeviceRequest, ResourceClaimSpec } from './device-claim.ts';

const OF_CLASS = '.deviceclass.resource.k8s.io/devices';
/** The devices that a claim can get at most: a request for all devices of a class is charged for as many. */
const MAX_DEVICES = 32;

/** Returns the devices that a request may get at most; none for a mode that nobody knows. */
function devicesOf({ allocationMode, count = 0 }: ExactDeviceRequest | DeviceSubRequest): bigint {
  if (allocationMode === 'All') return BigInt(MAX_DEVICES);
  return allocationMode === 'ExactCount' ? BigInt(count) : 0n;
}

/** Returns the devices of each class that a request may get at most. Only one of its alternatives is allocated. */
function mostOf({ exactly, firstAvailable = [] }: DeviceRequest): ReadonlyMap<string, bigint> {
  const most = new Map<string, bigint>();
  for (const one of firstAvailable.length > 0 ? firstAvailable : exactly ? [exactly] : []) {
    const devices = devicesOf(one);
    const before = most.get(one.deviceClassName);
    if (before === undefined || devices > before) most.set(one.deviceClassName, devices);
  }
  return most;
}

/** Charges claims by the devices of each class (pkg/quota/v1/evaluator/core/resource_claims.go). */
export const resourceClaimQuota: QuotaRule<KubeObject & { readonly spec: ResourceClaimSpec }> = {
  covers: (resource) => resource.endsWith(OF_CLASS),
  usage({ spec }) {
    const usage: Record<string, string> = {};
    // The list may be null.
    for (const request of spec.devices?.requests ?? []) {
      for (const [deviceClass, devices] of mostOf(request)) {
        const resource = `${deviceClass}${OF_CLASS}`;
        setOwn(usage, resource, String(BigInt(own(usage, resource) ?? '0') + devices));
      }
    }
    return usage;
  },
};
