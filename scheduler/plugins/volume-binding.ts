import { semanticEqual } from '../../base/equality.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { nodeChange } from './cluster-event.ts';
import type { Filter, NodeCheck } from './plugin.ts';
import { claimsOf, volumesOn } from './pod-volumes.ts';

/** Keeps a pod off nodes that cannot reach its volumes, or have none for its claims. */
export const volumeBinding: Filter = {
  name: 'VolumeBinding',
  refuse({ pod, claims }, { volumes }) {
    if (claims.length === 0 || !volumes) return undefined;
    const found = claimsOf(pod, volumes);
    return typeof found === 'string' ? found : undefined;
  },
  prepare({ pod, claims }, { volumes }): NodeCheck | undefined {
    if (claims.length === 0 || !volumes) return undefined;
    const found = claimsOf(pod, volumes);
    if (found === undefined || typeof found === 'string') return undefined;
    return (node) => {
      const outcome = volumesOn(found, node, volumes);
      return 'bindings' in outcome ? undefined : { reasons: outcome, preemptible: false };
    };
  },
  events: [
    'NodeAdd',
    'NodeUpdate',
    'PersistentVolumeClaimAdd',
    'PersistentVolumeClaimUpdate',
    'PersistentVolumeAdd',
    'PersistentVolumeUpdate',
    'StorageClassAdd',
    'StorageClassUpdate',
    'CSINodeAdd',
    'CSINodeUpdate',
    'CSIDriverUpdate',
    'CSIStorageCapacityAdd',
    'CSIStorageCapacityUpdate',
  ],
  hint(event, pod) {
    switch (event.name) {
      case 'PersistentVolumeClaimAdd':
      case 'PersistentVolumeClaimUpdate':
        return uses(pod, event.claim);
      case 'PersistentVolumeAdd':
      case 'PersistentVolumeUpdate':
      case 'StorageClassAdd':
      case 'CSINodeAdd':
      case 'CSINodeUpdate':
      case 'CSIDriverUpdate':
      case 'CSIStorageCapacityAdd':
      case 'CSIStorageCapacityUpdate':
        return true;
      case 'StorageClassUpdate':
        return !semanticEqual(event.storageClass.allowedTopologies, event.old.allowedTopologies);
      default:
        return nodeChange(event, 'labels') !== undefined;
    }
  },
};

/** @param claim `namespace/name` */
export const uses = ({ claims }: PodInfo, claim: string): boolean => claims.includes(claim);
