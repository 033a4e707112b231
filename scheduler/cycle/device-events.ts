import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { podClaimName } from '../../api/kinds/resource/pod-claims.ts';
import type { Live } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import type { Informer } from '../../runtime/watch/informer.ts';
import type { SchedulingQueue } from '../queue/queue.ts';
import type { DeviceCache } from '../state/device-cache.ts';

const WAITING_FOR_CLAIM = 'scheduler-waiting-for-device-claim';

/** The claims of a pod without a node, by `namespace/name`. */
function claimsOf(pod: Live<Pod>): readonly string[] {
  if (pod.spec?.nodeName || !pod.spec?.resourceClaims) return [];
  return pod.spec.resourceClaims.flatMap((entry) => {
    const found = podClaimName(pod, entry);
    return found.state === 'named' ? [`${pod.metadata.namespace}/${found.name}`] : [];
  });
}

/** Wakes pods that a change of device claims, classes or slices could help. */
export function followDevices(cache: DeviceCache, pods: Informer<Pod>, queue: Pick<SchedulingQueue, 'wake' | 'recheck'>): void {
  pods.addIndex(WAITING_FOR_CLAIM, claimsOf);
  cache.claims.on({
    add(claim) {
      for (const { metadata } of pods.byIndex(WAITING_FOR_CLAIM, keyText(keyOf(claim)))) queue.recheck(metadata.uid);
      queue.wake({ name: 'ResourceClaimAdd', claim, old: undefined });
    },
    update(claim, old) {
      for (const { metadata } of pods.byIndex(WAITING_FOR_CLAIM, keyText(keyOf(claim)))) queue.recheck(metadata.uid);
      queue.wake({ name: 'ResourceClaimUpdate', claim, old });
    },
  });
  cache.slices.on({
    add: () => queue.wake({ name: 'ResourceSliceAdd' }),
    update: () => queue.wake({ name: 'ResourceSliceUpdate' }),
  });
  // A class is known to decisions once CEL has been loaded.
  cache.classes.on({
    add: (deviceClass) => void cache.loaded().then(() => queue.wake({ name: 'DeviceClassAdd', deviceClass, old: undefined })),
    update: (deviceClass, old) => void cache.loaded().then(() => queue.wake({ name: 'DeviceClassUpdate', deviceClass, old })),
  });
}
