import { claimClass } from '../../api/kinds/core/persistent-volume-claim/class.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { VolumeView } from '../state/volume-view.ts';
import type { Filter, NodeCheck } from './plugin.ts';
import { reject } from './plugin.ts';
import { uses } from './volume-binding.ts';

const TOO_MANY = reject('node(s) exceed max volume count', true);

/** Keeps a pod off nodes that take no more volumes of a CSI driver, as their CSINodes say. */
export const nodeVolumeLimits: Filter = {
  name: 'NodeVolumeLimits',
  prepare(pod, { volumes }): NodeCheck | undefined {
    if (pod.claims.length === 0 || !volumes) return undefined;
    const wanted = volumesOfPod(pod, volumes);
    return wanted.size === 0 ? undefined : (node) => (fits(wanted, node, volumes) ? undefined : TOO_MANY);
  },
  events: ['CSINodeAdd', 'CSINodeUpdate', 'AssignedPodDelete', 'PersistentVolumeClaimAdd', 'VolumeAttachmentDelete'],
  hint(event, pod) {
    switch (event.name) {
      case 'PersistentVolumeClaimAdd':
        return uses(pod, event.claim);
      case 'AssignedPodDelete':
        return event.pod.claims.length > 0;
      case 'CSINodeUpdate':
        return event.takesMore;
      case 'VolumeAttachmentDelete':
        return pod.pod.spec?.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined) ?? false;
      default:
        return true;
    }
  },
};

/** Drivers by the unique names of volumes. */
type DriverVolumes = Map<string, string>;

/** Finds the CSI volumes behind a pod's claims: those that are bound, and those that will be made by a driver. */
function volumesOfPod({ claims }: PodInfo, view: VolumeView, found: DriverVolumes = new Map()): DriverVolumes {
  for (const key of claims) {
    const separator = key.indexOf('/');
    const claim = view.claim(key.slice(0, separator), key.slice(separator + 1));
    if (!claim) continue;
    const { volumeName } = claim.spec ?? {};
    const volume = volumeName ? view.volume(volumeName) : undefined;
    const csi = volume?.spec?.csi;
    if (csi) found.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
    // A volume that is gone, or is yet to be made, counts as one of the class's provisioner.
    else if (!volume) {
      const { provisioner } = view.storageClass(claimClass(claim)) ?? {};
      if (provisioner) found.set(`${provisioner}/${key}`, provisioner);
    }
  }
  return found;
}

function fits(wanted: DriverVolumes, node: NodeInfo, view: VolumeView): boolean {
  const limits = new Map<string, number>();
  for (const { name, allocatable } of view.csiNode(node.name)?.spec.drivers ?? []) {
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
  }
  if (limits.size === 0) return true;
  const there: DriverVolumes = new Map();
  for (const pod of node.pods.values()) if (pod.claims.length > 0) volumesOfPod(pod, view, there);
  // Volumes of pods that have gone are on the node until they are detached.
  for (const { spec } of view.attachmentsOn(node.name)) {
    const csi = view.volume(spec.source.persistentVolumeName ?? '')?.spec?.csi;
    if (csi) there.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
  }
  const counts = new Map<string, number>();
  for (const driver of there.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  for (const [name, driver] of wanted) {
    if (there.has(name)) continue;
    const count = (counts.get(driver) ?? 0) + 1;
    counts.set(driver, count);
    if (count > (limits.get(driver) ?? Number.POSITIVE_INFINITY)) return false;
  }
  return true;
}
