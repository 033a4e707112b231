import type { PersistentVolume } from '../../../api/kinds/core/persistent-volume/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ObjectKey } from '../../../api/meta/object.ts';
import type { Container, EphemeralContainer } from '../../../api/pod/container/container.ts';
import type { PodSpec } from '../../../api/pod/spec/pod-spec.ts';
import type { Volume } from '../../../api/pod/volume/volume.ts';

type Visit = (name: string) => void;

function* containersOf(spec: PodSpec): Generator<Container | EphemeralContainer> {
  yield* spec.initContainers ?? [];
  yield* spec.containers ?? [];
  yield* spec.ephemeralContainers ?? [];
}

const given = (visit: Visit, name: string | undefined): void => {
  if (name) visit(name);
};

/** Visits the Secrets that a pod names, some perhaps more than once (pkg/api/v1/pod, VisitPodSecretNames). */
export function visitSecrets(spec: PodSpec, visit: Visit): void {
  for (const { name } of spec.imagePullSecrets ?? []) given(visit, name);
  for (const { env, envFrom } of containersOf(spec)) {
    for (const { secretRef } of envFrom ?? []) given(visit, secretRef?.name);
    for (const { valueFrom } of env ?? []) given(visit, valueFrom?.secretKeyRef?.name);
  }
  for (const volume of spec.volumes ?? []) visitVolumeSecrets(volume, visit);
}

function visitVolumeSecrets(volume: Volume, visit: Visit): void {
  given(visit, volume.secret?.secretName);
  for (const { secret } of volume.projected?.sources ?? []) given(visit, secret?.name);
  given(visit, volume.csi?.nodePublishSecretRef?.name);
  given(visit, volume.azureFile?.secretName);
  for (const source of [volume.cephfs, volume.cinder, volume.flexVolume, volume.iscsi, volume.rbd, volume.scaleIO, volume.storageos]) {
    given(visit, source?.secretRef?.name);
  }
}

/** Visits the ConfigMaps that a pod names, some perhaps more than once. */
export function visitConfigMaps(spec: PodSpec, visit: Visit): void {
  for (const { env, envFrom } of containersOf(spec)) {
    for (const { configMapRef } of envFrom ?? []) given(visit, configMapRef?.name);
    for (const { valueFrom } of env ?? []) given(visit, valueFrom?.configMapKeyRef?.name);
  }
  for (const { configMap, projected } of spec.volumes ?? []) {
    given(visit, configMap?.name);
    for (const source of projected?.sources ?? []) given(visit, source.configMap?.name);
  }
}

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
