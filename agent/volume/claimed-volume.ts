import { nodes } from '../../api/kinds/core/node/index.ts';
import type { PersistentVolume } from '../../api/kinds/core/persistent-volume/index.ts';
import { persistentVolumes } from '../../api/kinds/core/persistent-volume/index.ts';
import type { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import { persistentVolumeClaims } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import { isReachableFrom, volumeModeOf } from '../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { claimNameOf } from '../../api/pod/volume/claim-name.ts';
import type { Volume } from '../../api/pod/volume/volume.ts';
import type { ObjectSource } from '../contract/object-source.ts';
import { MountError } from '../contract/pod-volumes.ts';

/** Whether a volume of a pod is that of a claim. */
export const isClaimed = ({ persistentVolumeClaim, ephemeral }: Volume): boolean => persistentVolumeClaim !== undefined || ephemeral !== undefined;

/** A claim with the volume that it is bound to. */
export interface Binding {
  readonly claim: Live<PersistentVolumeClaim>;
  readonly volume: Live<PersistentVolume>;
}

/**
 * Finds the volume behind a claim that a pod names (kubelet's createVolumeSpec).
 * @throws MountError in kubelet's words if the claim is not there, not bound, terminating, not the pod's, or of another mode than it is used
 */
export async function bindingOfClaim(pod: Live<Pod>, volume: Volume, objects: ObjectSource): Promise<Binding> {
  const { namespace = '', name: podName } = pod.metadata;
  const name = claimNameOf(podName, volume) ?? '';
  const unprocessed = (why: string) => {
    const list = `[${volume.name}]`;
    return new MountError(
      `Unable to attach or mount volumes: unmounted volumes=${list}, unattached volumes=[], failed to process volumes=${list}: ${why}`,
    );
  };
  const fail = (why: string) => unprocessed(`error processing PVC ${namespace}/${name}: ${why}`);
  const claim = await objects.get(persistentVolumeClaims, { namespace, name }).catch((error: unknown) => {
    throw fail(`failed to fetch PVC from API server: ${textOf(error)}`);
  });
  const { volumeName } = claim?.spec ?? {};
  if (!claim) throw fail(`failed to fetch PVC from API server: persistentvolumeclaims ${JSON.stringify(name)} not found`);
  if (claim.metadata.deletionTimestamp !== undefined) throw fail('PVC is being deleted');
  if (claim.status?.phase !== 'Bound') throw fail('PVC is not bound');
  if (!volumeName) throw fail('PVC has empty pvc.Spec.VolumeName');
  if (volume.ephemeral && !isMadeFor(claim, pod)) {
    throw unprocessed(`PVC ${namespace}/${name} was not created for pod ${namespace}/${podName} (pod is not the owner)`);
  }
  const found = await objects.get(persistentVolumes, { namespace: '', name: volumeName }).catch((error: unknown) => {
    throw fail(`failed to fetch PV ${volumeName} from API server: ${textOf(error)}`);
  });
  if (!found) throw fail(`failed to fetch PV ${volumeName} from API server: persistentvolumes ${JSON.stringify(volumeName)} not found`);
  const ref = found.spec?.claimRef;
  if (!ref) throw fail(`found PV object ${volumeName} but it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim`);
  if (ref.uid !== claim.metadata.uid) {
    throw fail(`found PV object ${volumeName} but its pv.Spec.ClaimRef.UID ${ref.uid} does not point to claim.UID ${claim.metadata.uid}`);
  }
  const misuse = misuseOf(pod, volume, volumeModeOf(found.spec));
  if (misuse !== undefined) throw unprocessed(misuse);
  return { claim, volume: found };
}

const isMadeFor = ({ metadata }: PersistentVolumeClaim, pod: Live<Pod>): boolean =>
  metadata?.ownerReferences?.some(({ uid, controller }) => controller === true && uid === pod.metadata.uid) ?? false;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Returns why a volume of a mode cannot be what the containers want of it; undefined if it can. */
function misuseOf({ spec }: Pod, { name }: Volume, mode: string): string | undefined {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
  const isMounted = containers.some(({ volumeMounts }) => volumeMounts?.some((mount) => mount.name === name));
  if (isMounted && mode !== 'Filesystem') return `volume ${name} has volumeMode ${mode}, but is specified in volumeMounts`;
  const isDevice = containers.some(({ volumeDevices }) => volumeDevices?.some((device) => device.name === name));
  if (isDevice && mode !== 'Block') return `volume ${name} has volumeMode ${mode}, but is specified in volumeDevices`;
  return undefined;
}

/** Checks that this node can reach a volume. @throws MountError in kubelet's words if it cannot */
export async function checkReach(volume: Live<PersistentVolume>, nodeName: string, objects: ObjectSource): Promise<void> {
  if (!volume.spec?.nodeAffinity?.required) return;
  const node = await objects.get(nodes, { namespace: '', name: nodeName });
  if (isReachableFrom(volume, { name: nodeName, labels: node?.metadata.labels ?? {} })) return;
  throw new MountError(`MountVolume.NodeAffinity check failed for volume ${JSON.stringify(volume.metadata.name)} : no matching NodeSelectorTerms`);
}
