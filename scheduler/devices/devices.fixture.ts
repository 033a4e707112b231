import type { Device, ResourceSliceSpec } from '../../api/kinds/resource/device.ts';
import type { DeviceClaim, DeviceRequest, ExactDeviceRequest } from '../../api/kinds/resource/device-claim.ts';
import type { DeviceClass, DeviceClassSpec } from '../../api/kinds/resource/device-class.ts';
import type { Live } from '../../api/meta/object.ts';
import type { SelectableNode } from '../../api/pod/placement/node-affinity.ts';
import { finished } from '../../base/steps.ts';
import type { AllocationLedger } from './allocated-devices.ts';
import { createAllocationLedger } from './allocated-devices.ts';
import type { Allocation } from './allocator.ts';
import { createAllocator } from './allocator.ts';
import type { Slice } from './pool.ts';
import { createPoolIndex } from './pool-index.ts';
import type { Claim } from './request-plan.ts';
import { createDeviceSelections } from './selectors.ts';

/** Claims, classes and slices in few words, for tests. */

export const DRIVER = 'gpu.example.com';

const meta = (name: string, namespace?: string) => ({
  name,
  ...(namespace !== undefined && { namespace }),
  uid: `uid-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
});

export const node = (name: string, labels: Record<string, string> = {}): SelectableNode => ({ name, labels });

export interface SliceWords extends Partial<Omit<ResourceSliceSpec, 'pool' | 'devices'>> {
  readonly pool?: string;
  readonly generation?: number;
  readonly count?: number;
}

/** A slice with devices; local to node `a` unless it says otherwise. */
export function slice(name: string, devices: readonly (string | Device)[], words: SliceWords = {}): Slice {
  const { pool = name, generation = 1, count = 1, driver = DRIVER, ...rest } = words;
  const isPlaced = ['nodeName', 'allNodes', 'nodeSelector', 'perDeviceNodeSelection'].some((field) => field in rest);
  return {
    metadata: meta(name),
    spec: {
      driver,
      pool: { name: pool, generation, resourceSliceCount: count },
      ...(isPlaced ? {} : { nodeName: 'a' }),
      ...(devices.length > 0 && { devices: devices.map((device) => (typeof device === 'string' ? { name: device } : device)) }),
      ...rest,
    },
  };
}

export const deviceClass = (name = 'gpu', spec: DeviceClassSpec = {}): Live<DeviceClass> => ({ metadata: meta(name), spec });

export const exactly = (name: string, words: Partial<ExactDeviceRequest> = {}): DeviceRequest => ({
  name,
  exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', ...(words.allocationMode === 'All' ? {} : { count: 1 }), ...words },
});

export const claim = (name: string, requests: DeviceRequest[], words: Omit<DeviceClaim, 'requests'> = {}): Claim => ({
  metadata: meta(name, 'default'),
  spec: { devices: { requests, ...words } },
});

export const selector = (expression: string) => ({ cel: { expression } });

export interface World {
  readonly slices: readonly Slice[];
  readonly classes?: readonly Live<DeviceClass>[];
  readonly ledger?: AllocationLedger;
}

/** Allocates claims on a node of a world. */
export function allocate(
  { slices, classes = [deviceClass()], ledger = createAllocationLedger() }: World,
  claims: readonly Claim[],
  on = node('a'),
): Allocation {
  const index = createPoolIndex();
  for (const each of slices) index.set(each);
  let shares = 0;
  const allocator = createAllocator({
    classes: (name) => classes.find(({ metadata }) => metadata.name === name),
    selections: createDeviceSelections(),
    allocated: ledger,
    newShareId: () => `share-${++shares}`,
  });
  return finished(allocator.allocate(claims, on, index.poolsOn(on)));
}

/** The allocated devices of each claim as `request=device`, or the type of the outcome. */
export function allocatedTo(allocation: Allocation): readonly (readonly string[])[] | string {
  if (allocation.type !== 'allocated') return allocation.type;
  return allocation.results.map(({ devices }) => (devices?.results ?? []).map(({ request, device }) => `${request}=${device}`));
}
