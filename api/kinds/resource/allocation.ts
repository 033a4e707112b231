import { Condition } from '../../meta/condition.ts';
import { NodeSelector } from '../../pod/placement/affinity.ts';
import type { Infer } from '../../schema/fields.ts';
import { anyValue, atomicList, boolean, listMap, map, quantity, ref, string, struct, time } from '../../schema/fields.ts';
import { DeviceToleration, OpaqueDeviceConfiguration } from './device-claim.ts';

export const DeviceRequestAllocationResult = struct('DeviceRequestAllocationResult', 'A device that is allocated for a request.', {
  adminAccess: boolean("Whether it is for an administrator's use, beside others.", { presence: 'pointer' }).tag(5).optional(),
  bindingConditions: atomicList(string(), 'Conditions that must be true before the pod is bound.').tag(7).optional(),
  bindingFailureConditions: atomicList(string(), 'Conditions that mean that binding has failed.').tag(8).optional(),
  consumedCapacity: map(quantity(), 'Capacity that the share takes, by name.').tag(10).optional(),
  device: string('Name of the device in its pool.').tag(4),
  driver: string('Driver of the device.').tag(2),
  pool: string('Pool of the device.').tag(3),
  request: string('Name of the request.').tag(1),
  shareID: string('Identifier of the share, if the device is allocated several times.', { presence: 'pointer' }).tag(9).optional(),
  tolerations: atomicList(DeviceToleration, 'Tolerations of the request when the device was allocated.').tag(6).optional(),
});
export type DeviceRequestAllocationResult = Infer<typeof DeviceRequestAllocationResult>;

export const DeviceAllocationConfiguration = struct('DeviceAllocationConfiguration', 'Configuration of allocated devices.', {
  opaque: ref(OpaqueDeviceConfiguration, 'Configuration for one driver.', { embedded: 'DeviceConfiguration' }).tag(3, 1).optional(),
  requests: atomicList(string(), 'Requests that it is for; all, if left out.').tag(2).optional(),
  source: string('FromClaim or FromClass.', { enum: ['FromClaim', 'FromClass'], goType: 'AllocationConfigSource' }).tag(1),
});
export type DeviceAllocationConfiguration = Infer<typeof DeviceAllocationConfiguration>;

export const DeviceAllocationResult = struct('DeviceAllocationResult', 'Allocated devices with their configuration.', {
  config: atomicList(DeviceAllocationConfiguration, 'Configuration of the claim and of the classes.').tag(2).optional(),
  results: atomicList(DeviceRequestAllocationResult, 'The devices.').tag(1).optional(),
});
export type DeviceAllocationResult = Infer<typeof DeviceAllocationResult>;

export const AllocationResult = struct('AllocationResult', 'Devices that are allocated to a claim.', {
  allocationTimestamp: time('When they were allocated.').tag(5).optional(),
  devices: ref(DeviceAllocationResult, 'The devices, with their configuration.', { presence: 'filled' }).tag(1).optional(),
  nodeSelector: ref(NodeSelector, 'Nodes on which they can be used; all, if left out.').tag(3).optional(),
});
export type AllocationResult = Infer<typeof AllocationResult>;

export const NetworkDeviceData = struct('NetworkDeviceData', 'State of a network device.', {
  hardwareAddress: string('Hardware address of the interface.').tag(3).optional(),
  interfaceName: string('Name of the interface in the pod.').tag(1).optional(),
  ips: atomicList(string(), 'Addresses of the interface, in CIDR notation.').tag(2).optional(),
});
export type NetworkDeviceData = Infer<typeof NetworkDeviceData>;

export const AllocatedDeviceStatus = struct('AllocatedDeviceStatus', 'State of an allocated device, as its driver reports it.', {
  conditions: listMap(Condition, ['type'], 'Latest observations, one of each type.', { presence: 'null', patch: false }).tag(4).optional(),
  data: anyValue('Whatever the driver wants to tell.', { presence: 'pointer', goType: 'runtime.RawExtension', 'x-kubernetes-map-type': 'atomic' })
    .tag(5)
    .optional(),
  device: string('Name of the device in its pool.').tag(3),
  driver: string('Driver of the device.').tag(1),
  networkData: ref(NetworkDeviceData, 'State of a network device.').tag(6).optional(),
  pool: string('Pool of the device.').tag(2),
  shareID: string('Identifier of the share, if the device is allocated several times.', { presence: 'pointer' }).tag(7).optional(),
});
export type AllocatedDeviceStatus = Infer<typeof AllocatedDeviceStatus>;

export const ResourceClaimConsumerReference = struct('ResourceClaimConsumerReference', 'An object that uses a claim.', {
  apiGroup: string('Group of the object; empty for the core group.').tag(1).optional(),
  name: string('Name of the object.').tag(4),
  resource: string('Resource of the object, such as pods.').tag(3),
  uid: string('Identifier of the object.').tag(5),
});
export type ResourceClaimConsumerReference = Infer<typeof ResourceClaimConsumerReference>;

export const ResourceClaimStatus = struct('ResourceClaimStatus', 'State of a claim.', {
  allocation: ref(AllocationResult, 'Devices that are allocated; none yet, if left out.').tag(1).optional(),
  devices: listMap(AllocatedDeviceStatus, ['driver', 'device', 'pool', 'shareID'], 'State of the devices, as their drivers report it.', {
    patch: false,
  })
    .tag(4)
    .optional(),
  reservedFor: listMap(ResourceClaimConsumerReference, ['uid'], 'Objects that may use the claim.').tag(2).optional(),
});
export type ResourceClaimStatus = Infer<typeof ResourceClaimStatus>;
