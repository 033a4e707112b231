import { NodeSelector } from '../../pod/placement/affinity.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, int64, map, quantity, ref, string, struct, time } from '../../schema/fields.ts';

export const Counter = struct('Counter', 'An amount of something that devices share.', {
  value: quantity('The amount.').tag(1),
});
export type Counter = Infer<typeof Counter>;

export const CounterSet = struct('CounterSet', 'Counters that devices of a pool share.', {
  counters: map(Counter, 'The counters, by name.', { presence: 'null' }).tag(2),
  name: string('Name of the set, unique in its pool.').tag(1),
});
export type CounterSet = Infer<typeof CounterSet>;

export const DeviceAttribute = struct('DeviceAttribute', 'Value of an attribute: one of these.', {
  bool: boolean('True or false.', { presence: 'pointer' }).tag(3).optional(),
  bools: atomicList(boolean(), 'A list of truth values.').tag(7).optional(),
  int: int64('A number.', { presence: 'pointer' }).tag(2).optional(),
  ints: atomicList(int64(), 'A list of numbers.').tag(6).optional(),
  string: string('A text.', { presence: 'pointer' }).tag(4).optional(),
  strings: atomicList(string(), 'A list of texts.').tag(8).optional(),
  version: string('A semantic version.', { presence: 'pointer' }).tag(5).optional(),
  versions: atomicList(string(), 'A list of semantic versions.').tag(9).optional(),
});
export type DeviceAttribute = Infer<typeof DeviceAttribute>;

export const CapacityRequestPolicyRange = struct('CapacityRequestPolicyRange', 'A range of amounts.', {
  max: quantity('Largest amount.', { presence: 'pointer' }).tag(2).optional(),
  min: quantity('Smallest amount.', { presence: 'pointer' }).tag(1),
  step: quantity('Step between amounts.', { presence: 'pointer' }).tag(3).optional(),
});
export type CapacityRequestPolicyRange = Infer<typeof CapacityRequestPolicyRange>;

export const CapacityRequestPolicy = struct('CapacityRequestPolicy', 'The amounts of a capacity that may be asked for.', {
  default: quantity('Amount that a request gets which names none.', { presence: 'pointer' }).tag(1).optional(),
  validRange: ref(CapacityRequestPolicyRange, 'Amounts as a range.').tag(4).optional(),
  validValues: atomicList(quantity(), 'The amounts one by one, in ascending order.').tag(3).optional(),
});
export type CapacityRequestPolicy = Infer<typeof CapacityRequestPolicy>;

export const DeviceCapacity = struct('DeviceCapacity', 'An amount that a device has.', {
  requestPolicy: ref(CapacityRequestPolicy, 'How parts of it may be asked for.').tag(2).optional(),
  value: quantity('The amount.').tag(1),
});
export type DeviceCapacity = Infer<typeof DeviceCapacity>;

export const DeviceTaint = struct('DeviceTaint', 'Keeps claims off a device, unless they tolerate it.', {
  effect: string('None, NoSchedule or NoExecute.', { enum: ['NoExecute', 'NoSchedule', 'None'], goType: 'DeviceTaintEffect' }).tag(3),
  key: string('Key of the taint.').tag(1),
  timeAdded: time('When it was added.').tag(4).optional(),
  value: string('Value of the taint.').tag(2).optional(),
});
export type DeviceTaint = Infer<typeof DeviceTaint>;

export const DeviceCounterConsumption = struct('DeviceCounterConsumption', 'Amounts that a device takes from a set of counters.', {
  counterSet: string('Name of the set.').tag(1),
  counters: map(Counter, 'The amounts, by the name of the counter.', { presence: 'null' }).tag(2),
});
export type DeviceCounterConsumption = Infer<typeof DeviceCounterConsumption>;

export const NodeAllocatableResourceMapping = struct('NodeAllocatableResourceMapping', 'How much of a resource of the node a device takes.', {
  allocationMultiplier: quantity('Factor from the capacity, or the device, to the resource.', { presence: 'pointer' }).tag(2).optional(),
  capacityKey: string('Capacity that the amount follows from; the device itself, if left out.', { goType: 'QualifiedName', presence: 'pointer' })
    .tag(1)
    .optional(),
});
export type NodeAllocatableResourceMapping = Infer<typeof NodeAllocatableResourceMapping>;

export const Device = struct('Device', 'A device that can be allocated.', {
  allNodes: boolean('Whether all nodes can use it.', { presence: 'pointer' }).tag(7).optional(),
  allowMultipleAllocations: boolean('Whether it may be allocated several times.', { presence: 'pointer' }).tag(12).optional(),
  attributes: map(DeviceAttribute, 'Its attributes, by name.').tag(2).optional(),
  bindingConditions: atomicList(string(), 'Conditions that must be true before a pod is bound.').tag(10).optional(),
  bindingFailureConditions: atomicList(string(), 'Conditions that mean that binding has failed.').tag(11).optional(),
  bindsToNode: boolean('Whether allocating it binds the claim to the node.', { presence: 'pointer' }).tag(9).optional(),
  capacity: map(DeviceCapacity, 'Its capacities, by name.').tag(3).optional(),
  consumesCounters: atomicList(DeviceCounterConsumption, 'Amounts that it takes from shared counters.').tag(4).optional(),
  name: string('Name of the device, unique in its pool.').tag(1),
  nodeAllocatableResourceMappings: map(NodeAllocatableResourceMapping, 'Resources of the node that it takes, by name.').tag(13).optional(),
  nodeName: string('Node that can use it.', { presence: 'pointer' }).tag(5).optional(),
  nodeSelector: ref(NodeSelector, 'Nodes that can use it.').tag(6).optional(),
  taints: atomicList(DeviceTaint, 'Taints that keep claims off it.').tag(8).optional(),
});
export type Device = Infer<typeof Device>;

export const ResourcePool = struct('ResourcePool', 'The pool that a slice is part of.', {
  generation: int64('Generation of the pool; older slices are out of date.', { default: 0 }).tag(2),
  name: string('Name of the pool; for local devices that of the node.').tag(1),
  resourceSliceCount: int64('Number of slices of this generation.', { default: 0 }).tag(3),
});
export type ResourcePool = Infer<typeof ResourcePool>;

export const ResourceSliceSpec = struct('ResourceSliceSpec', 'Devices of a pool, and who can use them.', {
  allNodes: boolean('Whether all nodes can use them.', { presence: 'pointer' }).tag(5).optional(),
  devices: atomicList(Device, 'The devices.').tag(6).optional(),
  driver: string('Driver of the devices. Never changes.').tag(1),
  nodeName: string('Node that can use them. Never changes.', { presence: 'pointer' }).tag(3).optional(),
  nodeSelector: ref(NodeSelector, 'Nodes that can use them.').tag(4).optional(),
  perDeviceNodeSelection: boolean('Whether each device says who can use it.', { presence: 'pointer' }).tag(7).optional(),
  pool: ref(ResourcePool, 'The pool.').tag(2),
  sharedCounters: atomicList(CounterSet, 'Counters that devices of the pool share.').tag(8).optional(),
});
export type ResourceSliceSpec = Infer<typeof ResourceSliceSpec>;
