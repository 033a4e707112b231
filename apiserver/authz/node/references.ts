import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ObjectKey } from '../../../api/meta/object.ts';
import type { Visit } from '../../../api/pod/spec/object-references.ts';
import { given } from '../../../api/pod/spec/object-references.ts';
import type { Volume } from '../../../api/pod/volume/volume.ts';

/** Returns the PersistentVolumeClaim behind a volume: the one that it names, or that is made for it. */
export function claimOfVolume(podName: string, { persistentVolumeClaim, ephemeral, name }: Volume): string | undefined {
  if (persistentVolumeClaim) return persistentVolumeClaim.claimName;
  return ephemeral ? `${podName}-${name}` : undefined;
}

/** Visits the ResourceClaims of a pod that are there: those that it names, and those that were made for it. */
export function visitResourceClaims({ spec, status }: Pod, visit: Visit): void {
  for (const { name, resourceClaimName } of spec?.resourceClaims ?? []) {
    if (resourceClaimName) visit(resourceClaimName);
    else given(visit, status?.resourceClaimStatuses?.find((made) => made.name === name)?.resourceClaimName);
  }
  given(visit, status?.extendedResourceClaimStatus?.resourceClaimName);
}

/** Visits the Secrets that a node needs to mount a volume; those of its controller are none of them. */
export function visitVolumeSecretKeys({ spec = {} }: PersistentVolume, visit: (key: ObjectKey) => void): void {
  const claimNamespace = spec.claimRef?.namespace ?? '';
  const see = (name: string | undefined, namespace: string | undefined) => {
    if (name) visit({ namespace: namespace || claimNamespace, name });
  };
  see(spec.azureFile?.secretName, spec.azureFile?.secretNamespace);
  for (const source of [spec.cephfs, spec.cinder, spec.flexVolume, spec.iscsi, spec.rbd, spec.scaleIO, spec.storageos]) {
    see(source?.secretRef?.name, source?.secretRef?.namespace);
  }
  for (const secret of [spec.csi?.nodePublishSecretRef, spec.csi?.nodeStageSecretRef, spec.csi?.nodeExpandSecretRef]) {
    see(secret?.name, secret?.namespace);
  }
}
