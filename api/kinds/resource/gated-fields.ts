import type { Device, DeviceAttribute, ResourceSliceSpec } from './device.ts';

const LISTS = ['bools', 'ints', 'strings', 'versions'] as const;

const attributesOf = (devices: readonly Device[]): DeviceAttribute[] => devices.flatMap(({ attributes = {} }) => Object.values(attributes));
const hasList = (attribute: DeviceAttribute): boolean => LISTS.some((list) => attribute[list] !== undefined);
const hasMappings = ({ nodeAllocatableResourceMappings: mappings = {} }: Device): boolean => Object.keys(mappings).length > 0;

/**
 * Drops, in place, the fields whose feature gates are off by default (DRAListTypeAttributes, DRANodeAllocatableResources), unless the slice has
 * them already.
 */
export function dropGatedFields({ devices = [] }: ResourceSliceSpec, old: ResourceSliceSpec | undefined): void {
  if (!attributesOf(old?.devices ?? []).some(hasList)) {
    for (const attribute of attributesOf(devices)) for (const list of LISTS) delete attribute[list];
  }
  if (!old?.devices?.some(hasMappings)) for (const device of devices) delete device.nodeAllocatableResourceMappings;
}
