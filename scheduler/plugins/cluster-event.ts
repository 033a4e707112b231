import type { Node } from '../../api/kinds/core/node/index.ts';
import type { DeviceClass } from '../../api/kinds/resource/device-class.ts';
import type { ResourceClaim } from '../../api/kinds/resource/resource-claim.ts';
import type { StorageClass } from '../../api/kinds/storage/storage-class.ts';
import type { Live } from '../../api/meta/object.ts';
import { equalJson } from '../../base/json.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';

export type NodeAspect = 'labels' | 'taints' | 'allocatable' | 'unschedulable' | 'declaredFeatures';

/** A change in the cluster that could let a waiting pod be scheduled. Names are those of the metric's `event` label. */
export type ClusterEvent =
  | { readonly name: 'NodeAdd' | 'NodeUpdate'; readonly node: NodeInfo; readonly aspects: ReadonlySet<NodeAspect> }
  | { readonly name: 'NodeDelete' }
  /** `AssignedPodUpdate`: its labels changed, or it began to terminate; `ScaleDown`: it asks for less. */
  | { readonly name: 'AssignedPodAdd' | 'AssignedPodUpdate' | 'AssignedPodScaleDown' | 'AssignedPodDelete'; readonly pod: PodInfo }
  /** The labels of a namespace changed, by which affinity terms select. */
  | { readonly name: 'NamespaceUpdate' }
  /** `claim`: its namespace and name. */
  | { readonly name: 'PersistentVolumeClaimAdd' | 'PersistentVolumeClaimUpdate'; readonly claim: string }
  | { readonly name: 'PersistentVolumeAdd' | 'PersistentVolumeUpdate' }
  | { readonly name: 'StorageClassAdd' }
  | {
      readonly name:
        | 'CSIDriverAdd'
        | 'CSIDriverUpdate'
        | 'CSINodeAdd'
        | 'CSIStorageCapacityAdd'
        | 'CSIStorageCapacityUpdate'
        | 'VolumeAttachmentDelete';
    }
  /** `takesMore`: more volumes of some driver than before. */
  | { readonly name: 'CSINodeUpdate'; readonly takesMore: boolean }
  | { readonly name: 'StorageClassUpdate'; readonly storageClass: StorageClass; readonly old: StorageClass }
  /** `old`: undefined for a new one. */
  | {
      readonly name: 'ResourceClaimAdd' | 'ResourceClaimUpdate';
      readonly claim: Live<ResourceClaim>;
      readonly old: Live<ResourceClaim> | undefined;
    }
  | { readonly name: 'DeviceClassAdd' | 'DeviceClassUpdate'; readonly deviceClass: Live<DeviceClass>; readonly old: Live<DeviceClass> | undefined }
  | { readonly name: 'ResourceSliceAdd' | 'ResourceSliceUpdate' };

const ASPECTS: Readonly<Record<NodeAspect, (node: Live<Node>) => unknown>> = {
  labels: (node) => node.metadata.labels,
  taints: (node) => node.spec?.taints,
  allocatable: (node) => node.status?.allocatable,
  unschedulable: (node) => node.spec?.unschedulable ?? false,
  declaredFeatures: (node) => node.status?.declaredFeatures,
};

/** The aspects of a node that matter to pods and differ between two states of it: all of them if the node is new. */
export function changedAspects(node: Live<Node>, old: Live<Node> | undefined): ReadonlySet<NodeAspect> {
  const all = Object.entries(ASPECTS) as [NodeAspect, (node: Live<Node>) => unknown][];
  return new Set(all.flatMap(([aspect, of]) => (!old || !equalJson(of(node), of(old)) ? [aspect] : [])));
}

/** The node of an event about a node that is new or changed in one of the aspects; undefined for any other event. */
export const nodeChange = (event: ClusterEvent, ...aspects: readonly NodeAspect[]): NodeInfo | undefined =>
  'node' in event && aspects.some((aspect) => event.aspects.has(aspect)) ? event.node : undefined;
