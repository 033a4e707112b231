import type { Kind } from '../../../api/definition/kind.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ResourceClaim, ResourceSlice } from '../../../api/kinds/resource/index.ts';
import { isPodConsumer } from '../../../api/kinds/resource/pod-claims.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { semanticEqual } from '../../../base/equality.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { disrupt } from '../../_shared/disruption-target.ts';
import { createRememberedUids } from '../../_shared/remembered-uids.ts';
import { claimsAfterChange, findDevice, indexDevices } from './devices.ts';
import { deviceEvictionMetrics } from './metrics.ts';
import type { EvictionSources } from './plan.ts';
import { claimEviction, podEviction } from './plan.ts';

const NAME = 'device-taint-eviction-controller';
const EVENT = 'DeviceTaintManagerEviction';
const DISRUPTION = { reason: 'DeletionByDeviceTaintManager', message: 'Device Taint manager: deleting due to NoExecute taint' };

export interface DeviceTaintEvictionKinds {
  readonly pods: Kind<Pod>;
  readonly resourceClaims: Kind<ResourceClaim>;
  readonly resourceSlices: Kind<ResourceSlice>;
}

/** Whether something has changed that decides about the eviction of a pod, but for its claims themselves. */
const isPlacedOtherwise = (pod: Live<Pod>, old: Live<Pod>): boolean =>
  pod.spec?.nodeName !== old.spec?.nodeName || !semanticEqual(pod.status?.resourceClaimStatuses, old.status?.resourceClaimStatuses);

const isUsedOtherwise = ({ status }: Live<ResourceClaim>, { status: old }: Live<ResourceClaim>): boolean =>
  !semanticEqual(status?.allocation, old?.allocation) || !semanticEqual(status?.reservedFor, old?.reservedFor);

/** Returns the keys of the pods that claims are reserved for. */
const usersOf = (claims: readonly Live<ResourceClaim>[]): readonly ObjectKey[] =>
  claims.flatMap(({ metadata: { namespace = '' }, status }) =>
    (status?.reservedFor ?? []).filter(isPodConsumer).map(({ name }) => ({ namespace, name })),
  );

/** Deletes pods whose devices have NoExecute taints, once the tolerations of their claims have run out (pkg/controller/devicetainteviction). */
export function deviceTaintEvictionController(kinds: DeviceTaintEvictionKinds): ControllerDefinition {
  return {
    name: NAME,
    component: NAME,
    concurrency: 10,
    setup(env) {
      const pods = env.informers.of(kinds.pods);
      const claims = env.informers.of(kinds.resourceClaims);
      const slices = env.informers.of(kinds.resourceSlices);
      indexDevices(slices, claims);
      const metrics = deviceEvictionMetrics(env.registry);
      const device: EvictionSources['device'] = (name) => findDevice(slices, name);
      const evictionOf = (pod: Live<Pod>) => {
        const { namespace = '' } = pod.metadata;
        return podEviction(pod, { device, claim: (name) => claims.get({ namespace, name }) });
      };
      /** UIDs of the pods that are to be evicted. */
      const threatened = new Set<string>();
      const evicted = createRememberedUids();
      pods.on({ delete: ({ metadata }) => void threatened.delete(metadata.uid) });
      const wake = (users: readonly ObjectKey[]) => {
        for (const key of users) env.enqueue(key);
      };
      slices.on({
        add: (slice) => wake(usersOf(claimsAfterChange(slices, claims, slice, undefined))),
        update: (slice, old) => wake(usersOf(claimsAfterChange(slices, claims, slice, old))),
        delete: (slice) => wake(usersOf(claimsAfterChange(slices, claims, slice, undefined))),
      });
      const matters = (claim: Live<ResourceClaim>): boolean => threatened.size > 0 || claimEviction(claim, device) !== undefined;
      return {
        needs: [slices],
        for: primary(kinds.pods, {
          when: { create: (pod) => evictionOf(pod) !== undefined, update: (pod, old) => !!pod.spec?.resourceClaims && isPlacedOtherwise(pod, old) },
          priority: 'normal',
        }),
        watches: [
          watched(kinds.resourceClaims, {
            when: { create: matters, update: (claim, old) => isUsedOtherwise(claim, old) && (matters(claim) || matters(old)), delete: matters },
            map: (claim) => usersOf([claim]),
            priority: 'normal',
          }),
        ],
        async reconcile(key) {
          const pod = pods.get(key);
          if (!pod || evicted.has(pod.metadata.uid)) return DONE;
          const { uid } = pod.metadata;
          const due = evictionOf(pod);
          if (due === undefined) {
            if (threatened.delete(uid)) env.recorder.event(pod, 'Normal', EVENT, 'Cancelling deletion');
            return DONE;
          }
          threatened.add(uid);
          const now = env.clock.now();
          if (due > now) return { requeueAfterMs: due - now };
          env.recorder.event(pod, 'Normal', EVENT, 'Marking for deletion');
          await disrupt(env, kinds.pods, pod, DISRUPTION);
          threatened.delete(uid);
          evicted.add(uid);
          metrics.deleted((env.clock.now() - due) / 1000);
          return DONE;
        },
      };
    },
  };
}
