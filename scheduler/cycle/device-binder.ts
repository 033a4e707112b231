import type { ContainerExtendedResourceRequest } from '../../api/kinds/core/pod/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import type { AllocationResult } from '../../api/kinds/resource/allocation.ts';
import { isReservedFor, protectedClaim } from '../../api/kinds/resource/pod-claims.ts';
import { keyOf } from '../../api/meta/object.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Claim } from '../devices/request-plan.ts';
import type { DynamicResources } from '../plugins/dynamic-resources.ts';
import type { SchedulingQueue } from '../queue/queue.ts';
import type { DeviceCache } from '../state/device-cache.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { BindingWaits } from './binding-waits.ts';
import { createClaimWriter } from './claim-writer.ts';
import type { SchedulerMetrics } from './metrics.ts';

/** The device claims of a pod as a decision will write them. */
export interface AssumedDevices {
  readonly nodeName: string;
  /** Replaced one by one as they are written. */
  readonly claims: AssumedClaim[];
}

interface AssumedClaim {
  claim: Claim;
  /** The UID under which the cache counts the devices; undefined if the claim was allocated before. */
  readonly reservation: string | undefined;
  readonly allocation: AllocationResult | undefined;
  /** Set for the claim that stands for extended resources: which request stands for which container's resource. */
  readonly mappings: readonly ContainerExtendedResourceRequest[] | undefined;
  /** Whether the claim for extended resources exists in the API. */
  isWritten: boolean;
}

/** Reserve, PreBind and Unreserve of upstream's DynamicResources. */
export interface DeviceBinder {
  /** Reserves the devices that the filter has found for a pod on its node, so that later decisions see them taken. Returns undefined if the pod has no claims. */
  assume(plugin: DynamicResources, pod: PodInfo, node: NodeInfo): AssumedDevices | undefined;
  /**
   * Writes allocations and reservations, and waits for the binding conditions of the devices.
   * @throws Error as upstream words it
   */
  bind(pod: PodInfo, assumed: AssumedDevices): Promise<void>;
  /** Gives up what `assume` and `bind` have done. Never rejects. */
  takeBack(pod: PodInfo, assumed: AssumedDevices): Promise<void>;
  /** Performs what PostFilter has found: makes a claim free that keeps its pod off the nodes. */
  free(claim: Claim, how: 'deallocate' | 'delete'): Promise<void>;
}

export interface DeviceBinderOptions {
  readonly client: Client;
  readonly log: Logger;
  readonly cache: DeviceCache;
  readonly queue: Pick<SchedulingQueue, 'wake'>;
  readonly waits: BindingWaits;
  readonly metrics: Pick<SchedulerMetrics, 'claimCreated'>;
}

export function createDeviceBinder({ client, log, cache, queue, waits, metrics }: DeviceBinderOptions): DeviceBinder {
  const writer = createClaimWriter(client, cache, metrics);

  const bindClaim = async (pod: PodInfo, assumed: AssumedClaim): Promise<void> => {
    const { allocation, mappings, reservation } = assumed;
    if (isReservedFor(pod.pod, assumed.claim)) return;
    if (mappings && !assumed.isWritten) {
      assumed.claim = await writer.create(assumed.claim);
      assumed.isWritten = true;
    }
    assumed.claim = await writer.reserve(assumed.claim, pod.pod, allocation);
    cache.assume(assumed.claim, reservation);
    if (mappings) await writeMappings(pod, assumed.claim, mappings);
  };
  const writeMappings = async ({ pod }: PodInfo, { metadata }: Claim, mappings: readonly ContainerExtendedResourceRequest[]): Promise<void> => {
    const extendedResourceClaimStatus = { requestMappings: [...mappings], resourceClaimName: metadata.name };
    const body = { metadata: { uid: pod.metadata.uid }, status: { extendedResourceClaimStatus } };
    try {
      await client.patch(pods, keyOf(pod), { type: 'strategic', body }, { subresource: 'status' });
    } catch (error) {
      throw new Error(`update pod ${pod.metadata.namespace}/${pod.metadata.name} ExtendedResourceClaimStatus: ${textOf(error)}`);
    }
  };
  const release = ({ claim, reservation }: AssumedClaim): void => {
    if (reservation === undefined || !cache.isBeingAllocated(reservation)) return;
    cache.release(reservation);
    // Its devices are free again.
    queue.wake({ name: 'ResourceClaimUpdate', claim: withAllocation(claim, undefined), old: withAllocation(claim, {}) });
  };

  return {
    assume(plugin, pod, node) {
      const devices = plugin.devicesOf(pod);
      const found = devices && plugin.devicesOn(pod, node);
      if (!found) return undefined;
      const claims = devices.claims.map((claim): AssumedClaim => {
        const allocation = found.allocations.find((each) => each.claim === claim)?.allocation;
        return { claim, allocation, reservation: allocation && claim.metadata.uid, mappings: undefined, isWritten: true };
      });
      if (found.extended) {
        const { claim, mappings } = found.extended;
        const allocation = found.allocations.at(-1)?.allocation;
        claims.push({ claim, allocation, reservation: claim.metadata.uid, mappings, isWritten: false });
      }
      if (claims.length === 0) return undefined;
      for (const { claim, allocation, reservation } of claims) {
        if (reservation !== undefined) cache.reserve(reservation, withAllocation(claim, allocation));
      }
      return { nodeName: node.name, claims };
    },
    async bind(pod, assumed) {
      for (const claim of assumed.claims) await bindClaim(pod, claim);
      await waits.ready(
        pod,
        assumed.nodeName,
        assumed.claims.map(({ claim }) => claim),
      );
    },
    async takeBack(pod, { claims }) {
      for (const assumed of claims) {
        release(assumed);
        const { claim, mappings, isWritten } = assumed;
        try {
          if (mappings) {
            if (isWritten) await writer.delete(claim);
          } else if (claim.status?.allocation && isReservedFor(pod.pod, claim)) await writer.dropReservation(claim, pod.uid);
        } catch (error) {
          log.warn({ err: error, claim: claim.metadata.name }, 'a device claim could not be given back');
        }
      }
    },
    free: (claim, how) => (how === 'delete' ? writer.delete(claim) : writer.deallocate(claim)),
  };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const withAllocation = (claim: Claim, allocation: AllocationResult | undefined): Claim => ({
  ...protectedClaim(claim),
  status: { ...claim.status, allocation },
});
