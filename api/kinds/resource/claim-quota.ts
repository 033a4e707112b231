import { own, setOwn } from '../../../base/json.ts';
import type { QuotaDevices, QuotaRule } from '../../definition/quota-rule.ts';
import type { KubeObject } from '../../meta/object.ts';
import { addQuantities, compareQuantities, subtractQuantities } from '../../schema/quantity.ts';
import type { ResourceList } from '../../schema/resource-list.ts';
import type { DeviceRequest, DeviceSubRequest, ExactDeviceRequest, ResourceClaimSpec } from './device-claim.ts';
import { MAX_CLAIM_DEVICES } from './device-claim.ts';

type QuotaClaim = KubeObject & { readonly spec: ResourceClaimSpec };

const OF_CLASS = '.deviceclass.resource.k8s.io/devices';
const REQUESTS = 'requests.';

/** Returns the devices that a request may get at most: as many as a claim can have if it asks for all, none for a mode that nobody knows. */
function devicesOf({ allocationMode, count = 0 }: ExactDeviceRequest | DeviceSubRequest): bigint {
  if (allocationMode === 'All') return BigInt(MAX_CLAIM_DEVICES);
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

/** Returns the devices of each class that a claim may get at most. */
function classesOf({ spec }: QuotaClaim): ReadonlyMap<string, bigint> {
  const sum = new Map<string, bigint>();
  // The list may be null.
  for (const request of spec.devices?.requests ?? []) {
    for (const [deviceClass, devices] of mostOf(request)) sum.set(deviceClass, (sum.get(deviceClass) ?? 0n) + devices);
  }
  return sum;
}

/** Returns the devices of a claim by the extended resources that they stand for, less those that its pod pays for. */
function extendedUsage(classes: ReadonlyMap<string, bigint>, devices: QuotaDevices, paid: ResourceList): Record<string, string> {
  const usage: Record<string, string> = {};
  for (const [deviceClass, count] of classes) {
    for (const resource of devices.resourcesOf(deviceClass)) {
      const name = `${REQUESTS}${resource}`;
      setOwn(usage, name, addQuantities(own(usage, name) ?? '0', String(count)));
    }
  }
  for (const [name, count] of Object.entries(usage)) {
    const rest = subtractQuantities(count, own(paid, name) ?? '0');
    if (compareQuantities(rest, '0') > 0) setOwn(usage, name, rest);
    else delete usage[name];
  }
  return usage;
}

/** Charges claims by the devices of each class (pkg/quota/v1/evaluator/core/resource_claims.go). */
export const resourceClaimQuota: QuotaRule<QuotaClaim> = {
  covers: (resource, devices) =>
    resource.endsWith(OF_CLASS) || (resource.startsWith(REQUESTS) && devices?.isBacked(resource.slice(REQUESTS.length)) === true),
  usage(claim, now, _resources, devices) {
    const classes = classesOf(claim);
    const usage: Record<string, string> = devices ? extendedUsage(classes, devices, devices.paidByPod(claim, now)) : {};
    for (const [deviceClass, count] of classes) setOwn(usage, `${deviceClass}${OF_CLASS}`, String(count));
    return usage;
  },
  seesDevices: true,
  updates: {},
};
