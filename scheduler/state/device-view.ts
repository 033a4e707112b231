import type { DeviceClass } from '../../api/kinds/resource/device-class.ts';
import type { Live } from '../../api/meta/object.ts';
import type { SelectableNode } from '../../api/pod/placement/node-affinity.ts';
import type { Clock } from '../../base/clock.ts';
import type { AllocatedDevices } from '../devices/allocated-devices.ts';
import type { Pool } from '../devices/pool.ts';
import type { Claim } from '../devices/request-plan.ts';
import type { DeviceSelections } from '../devices/selectors.ts';

/** Claims, classes and devices as decisions see them: with what earlier decisions have allocated. */
export interface DeviceView {
  claim(namespace: string, name: string): Claim | undefined;
  /** Whether a decision has allocated the claim and the allocation is still to be written. */
  isBeingAllocated(claimUid: string): boolean;
  /** The claim that an earlier attempt made for the extended resources of a pod. */
  extendedClaim(podUid: string): Claim | undefined;
  /** Whether CEL is being loaded, which the first class causes. Classes are known afterwards: no device is allocated without one. */
  readonly isLoading: boolean;
  deviceClass(name: string): Live<DeviceClass> | undefined;
  /** The class whose devices stand for an extended resource. The newest counts if there are several. */
  classOfResource(resource: string): Live<DeviceClass> | undefined;
  /** The pools whose devices a node can use, in the order in which they are tried. */
  poolsOn(node: SelectableNode): readonly Pool[];
  readonly allocated: AllocatedDevices;
  readonly selections: DeviceSelections;
  readonly clock: Clock;
  /** Grows with every change. */
  readonly version: number;
}
