import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { claimNamesOf } from '../../api/kinds/resource/pod-claims.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import type { Informer } from '../../runtime/watch/informer.ts';
import type { ClusterEvent } from '../plugins/cluster-event.ts';
import type { SchedulingQueue } from '../queue/queue.ts';
import type { DeviceCache } from '../state/device-cache.ts';

const WAITING_FOR_CLAIM = 'scheduler-waiting-for-device-claim';
/** Stands for any claim in the index: no claim has this name. */
const ANY = '*';

/** The claims of a pod without a node, by `namespace/name`, and any. */
function claimsOf(pod: Live<Pod>): readonly string[] {
  if (pod.spec?.nodeName || !pod.spec?.resourceClaims) return [];
  return [ANY, ...claimNamesOf(pod).map((name) => `${pod.metadata.namespace}/${name}`)];
}

/** Wakes pods that a change of device claims, classes or slices could help. */
export function followDevices(cache: DeviceCache, pods: Informer<Pod>, queue: Pick<SchedulingQueue, 'wake' | 'recheck'>): void {
  pods.addIndex(WAITING_FOR_CLAIM, claimsOf);
  /** Returns the pods. */
  const recheck = (claim: string): readonly string[] => {
    const uids = pods.byIndex(WAITING_FOR_CLAIM, claim).map(({ metadata }) => metadata.uid);
    for (const uid of uids) queue.recheck(uid);
    return uids;
  };
  cache.claims.on({
    add(claim) {
      const uids = recheck(keyText(keyOf(claim)));
      queue.wake({ name: 'ResourceClaimAdd', claim, old: undefined }, uids);
    },
    update(claim, old) {
      const uids = recheck(keyText(keyOf(claim)));
      const freesDevices = old.status?.allocation !== undefined && claim.status?.allocation === undefined;
      queue.wake({ name: 'ResourceClaimUpdate', claim, old }, freesDevices ? undefined : uids);
    },
    delete(claim) {
      const { allocation: _, ...status } = claim.status ?? {};
      if (claim.status?.allocation) queue.wake({ name: 'ResourceClaimUpdate', claim: { ...claim, status }, old: claim });
    },
  });
  cache.slices.on({
    add: () => queue.wake({ name: 'ResourceSliceAdd' }),
    update: () => queue.wake({ name: 'ResourceSliceUpdate' }),
  });
  // A class is known to decisions once CEL has been loaded.
  const onceLoaded = async (event: ClusterEvent) => {
    const wasLoading = cache.isLoading;
    await cache.loaded();
    if (wasLoading) recheck(ANY);
    queue.wake(event);
  };
  cache.classes.on({
    add: (deviceClass) => void onceLoaded({ name: 'DeviceClassAdd', deviceClass, old: undefined }),
    update: (deviceClass, old) => void onceLoaded({ name: 'DeviceClassUpdate', deviceClass, old }),
  });
}
