import type { PodInfo } from '../state/pod-info.ts';
import type { VolumeView } from '../state/volume-view.ts';
import type { Filter } from './plugin.ts';
import { reject } from './plugin.ts';
import { uses } from './volume-binding.ts';

const IN_USE = reject('node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod', true);

/** Keeps a pod waiting while another one has a claim that only one pod may have, wherever that is. */
export const volumeRestrictions: Filter = {
  name: 'VolumeRestrictions',
  refuse({ pod }, { volumes }) {
    if (!volumes) return undefined;
    for (const { persistentVolumeClaim } of pod.spec?.volumes ?? []) {
      const name = persistentVolumeClaim?.claimName;
      if (name !== undefined && !volumes.claim(pod.metadata.namespace ?? '', name)) return `persistentvolumeclaim ${JSON.stringify(name)} not found`;
    }
    return undefined;
  },
  prepare(pod, { volumes, claimUsers }) {
    if (pod.claims.length === 0 || !volumes) return undefined;
    const conflicts = exclusiveClaims(pod, volumes).some((claim) => claimUsers(claim) > 0);
    return conflicts ? () => IN_USE : undefined;
  },
  events: ['NodeAdd', 'AssignedPodDelete', 'PersistentVolumeClaimAdd'],
  hint(event, pod) {
    if (event.name === 'PersistentVolumeClaimAdd') return uses(pod, event.claim);
    return event.name === 'NodeAdd' || (event.name === 'AssignedPodDelete' && event.pod.claims.some((claim) => uses(pod, claim)));
  },
};

function exclusiveClaims({ pod, namespace }: PodInfo, volumes: VolumeView): readonly string[] {
  return (pod.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => {
    const name = persistentVolumeClaim?.claimName;
    const isExclusive = name !== undefined && volumes.claim(namespace, name)?.spec?.accessModes?.includes('ReadWriteOncePod');
    return isExclusive ? [`${namespace}/${name}`] : [];
  });
}
