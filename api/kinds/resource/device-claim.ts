import type { Infer } from '../../schema/fields.ts';
import { anyValue, atomicList, boolean, int64, map, quantity, ref, string, struct } from '../../schema/fields.ts';

/** The most devices of a claim (AllocationResultsMaxSize). */
export const MAX_CLAIM_DEVICES = 32;

export const CELDeviceSelector = struct('CELDeviceSelector', 'Selects devices by an expression.', {
  expression: string('CEL expression that is true for the devices.').tag(1),
});
export type CELDeviceSelector = Infer<typeof CELDeviceSelector>;

export const DeviceSelector = struct('DeviceSelector', 'Selects devices.', {
  cel: ref(CELDeviceSelector, 'By an expression.').tag(1).optional(),
});
export type DeviceSelector = Infer<typeof DeviceSelector>;

export const OpaqueDeviceConfiguration = struct('OpaqueDeviceConfiguration', 'Configuration that only the driver understands.', {
  driver: string('The driver.').tag(1),
  parameters: anyValue('The configuration, any object.', {
    presence: 'pointer',
    goType: 'runtime.RawExtension',
    'x-kubernetes-map-type': 'atomic',
  }).tag(2),
});
export type OpaqueDeviceConfiguration = Infer<typeof OpaqueDeviceConfiguration>;

export const DeviceToleration = struct('DeviceToleration', 'A taint of a device that a claim puts up with.', {
  effect: string('Effect to tolerate; all, if empty.', { enum: ['NoExecute', 'NoSchedule', 'None'], goType: 'DeviceTaintEffect' })
    .tag(4)
    .optional(),
  key: string('Key to tolerate; all, if empty.').tag(1).optional(),
  operator: string('Exists or Equal.', { default: 'Equal', enum: ['Equal', 'Exists'], goType: 'DeviceTolerationOperator', published: 'Equal' })
    .tag(2)
    .optional(),
  tolerationSeconds: int64('How long a NoExecute taint is put up with; for ever, if left out.', { presence: 'pointer' }).tag(5).optional(),
  value: string('Value to tolerate, for Equal.').tag(3).optional(),
});
export type DeviceToleration = Infer<typeof DeviceToleration>;

export const CapacityRequirements = struct('CapacityRequirements', 'Capacity that a device must have.', {
  requests: map(quantity(), 'Amounts, by the name of the capacity.').tag(1).optional(),
});
export type CapacityRequirements = Infer<typeof CapacityRequirements>;

export const ExactDeviceRequest = struct('ExactDeviceRequest', 'A request for devices of one class.', {
  adminAccess: boolean("Ask for an administrator's use, beside others.", { presence: 'pointer' }).tag(5).optional(),
  allocationMode: string('ExactCount or All. ExactCount, if left out.', { enum: ['All', 'ExactCount'], goType: 'DeviceAllocationMode' })
    .tag(3)
    .optional(),
  capacity: ref(CapacityRequirements, 'Capacity that each device must have.').tag(7).optional(),
  count: int64('Number of devices for ExactCount. 1, if left out.').tag(4).optional(),
  deviceClassName: string('Class of the devices.').tag(1),
  selectors: atomicList(DeviceSelector, 'Selectors that each device must meet.').tag(2).optional(),
  tolerations: atomicList(DeviceToleration, 'Taints of devices that are put up with.').tag(6).optional(),
});
export type ExactDeviceRequest = Infer<typeof ExactDeviceRequest>;

export const DeviceSubRequest = struct('DeviceSubRequest', 'An alternative of a request.', {
  allocationMode: string('ExactCount or All. ExactCount, if left out.', { enum: ['All', 'ExactCount'], goType: 'DeviceAllocationMode' })
    .tag(4)
    .optional(),
  capacity: ref(CapacityRequirements, 'Capacity that each device must have.').tag(7).optional(),
  count: int64('Number of devices for ExactCount. 1, if left out.').tag(5).optional(),
  deviceClassName: string('Class of the devices.').tag(2),
  name: string('Name of the alternative.').tag(1),
  selectors: atomicList(DeviceSelector, 'Selectors that each device must meet.').tag(3).optional(),
  tolerations: atomicList(DeviceToleration, 'Taints of devices that are put up with.').tag(6).optional(),
});
export type DeviceSubRequest = Infer<typeof DeviceSubRequest>;

export const DeviceRequest = struct('DeviceRequest', 'A request for devices: exactly these, or the first that is available.', {
  exactly: ref(ExactDeviceRequest, 'The devices.').tag(2).optional(),
  firstAvailable: atomicList(DeviceSubRequest, 'Alternatives, the best first.').tag(3).optional(),
  name: string('Name of the request, for containers, constraints and configuration.').tag(1),
});
export type DeviceRequest = Infer<typeof DeviceRequest>;

export const DeviceConstraint = struct('DeviceConstraint', 'A constraint between devices.', {
  distinctAttribute: string('Attribute in which they must all differ.', { goType: 'FullyQualifiedName', presence: 'pointer' }).tag(3).optional(),
  matchAttribute: string('Attribute in which they must all agree.', { goType: 'FullyQualifiedName', presence: 'pointer' }).tag(2).optional(),
  requests: atomicList(string(), 'Requests that it is for; all, if left out.').tag(1).optional(),
});
export type DeviceConstraint = Infer<typeof DeviceConstraint>;

export const DeviceClaimConfiguration = struct('DeviceClaimConfiguration', 'Configuration of devices in a claim.', {
  opaque: ref(OpaqueDeviceConfiguration, 'Configuration for one driver.', { embedded: 'DeviceConfiguration' }).tag(2, 1).optional(),
  requests: atomicList(string(), 'Requests that it is for; all, if left out.').tag(1).optional(),
});
export type DeviceClaimConfiguration = Infer<typeof DeviceClaimConfiguration>;

export const DeviceClaim = struct('DeviceClaim', 'The devices that a claim asks for.', {
  config: atomicList(DeviceClaimConfiguration, 'Configuration of the devices.').tag(3).optional(),
  constraints: atomicList(DeviceConstraint, 'What must hold between the devices.').tag(2).optional(),
  requests: atomicList(DeviceRequest, 'The devices, request by request.', { presence: 'null' }).tag(1).optional(),
});
export type DeviceClaim = Infer<typeof DeviceClaim>;

export const ResourceClaimSpec = struct('ResourceClaimSpec', 'The devices that are wanted. Never changes.', {
  devices: ref(DeviceClaim, 'The devices.', { presence: 'filled' }).tag(1).optional(),
});
export type ResourceClaimSpec = Infer<typeof ResourceClaimSpec>;
