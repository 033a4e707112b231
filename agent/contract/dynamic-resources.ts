import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Container } from '../../api/pod/container/container.ts';
import type { ResourceStatus } from '../../api/pod/container/container-status.ts';
import type { ClaimInfo } from './pod-resources.ts';

/** The devices that pods have by their ResourceClaims. */
export interface DynamicResources {
  /**
   * Has the drivers prepare the devices of all claims of the pod, before its sandbox is made; safe to repeat.
   * @throws DynamicResourcesError in kubelet's words
   */
  prepare(pod: Live<Pod>): Promise<void>;
  /** The devices that a container gets, by their CDI names: those of the requests that it names. @throws Error in kubelet's words */
  devices(pod: Live<Pod>, container: Container): Promise<readonly string[]>;
  /**
   * Has the drivers unprepare what no other pod uses, after the last container of the pod has ended; safe to repeat.
   * @throws DynamicResourcesError in kubelet's words
   */
  unprepare(pod: Live<Pod>): Promise<void>;
  /** The health of the devices of a container, as its status shows it. */
  health(pod: Live<Pod>, container: Container): readonly ResourceStatus[];
  /** The claims that a container uses, with all of their devices. None if one of them is not known. */
  held(pod: Live<Pod>, container: Container): readonly ClaimInfo[];
}

/** Devices could not be prepared or unprepared. The pod's event has a reason of its own. */
export class DynamicResourcesError extends Error {
  override readonly name = 'DynamicResourcesError';
}

/** Whether a pod has claims at all, without looking at them. */
export const hasClaims = ({ spec, status }: Pod): boolean =>
  (spec?.resourceClaims?.length ?? 0) > 0 || status?.extendedResourceClaimStatus !== undefined;
