import type { Container, EphemeralContainer } from '../container/container.ts';
import type { Volume } from '../volume/volume.ts';
import type { PodSpec } from './pod-spec.ts';

/** Called with the name of an object. */
export type Visit = (name: string) => void;

function* containersOf(spec: PodSpec): Generator<Container | EphemeralContainer> {
  yield* spec.initContainers ?? [];
  yield* spec.containers ?? [];
  yield* spec.ephemeralContainers ?? [];
}

export const given = (visit: Visit, name: string | undefined): void => {
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

/** Volumes that no object of the API stands behind. */
const OF_NODE = [
  ...[
    'awsElasticBlockStore',
    'azureDisk',
    'cephfs',
    'cinder',
    'downwardAPI',
    'emptyDir',
    'fc',
    'flexVolume',
    'flocker',
    'gcePersistentDisk',
    'gitRepo',
  ],
  ...['hostPath', 'image', 'iscsi', 'nfs', 'photonPersistentDisk', 'portworxVolume', 'quobyte', 'rbd', 'scaleIO', 'storageos', 'vsphereVolume'],
] as const satisfies readonly (keyof Volume)[];

const OF_API = [
  ['configMap', 'configmaps (via configmap volumes)'],
  ['secret', 'secrets (via secret volumes)'],
  ['csi', 'csidrivers (via CSI volumes)'],
  ['glusterfs', 'endpoints (via glusterFS volumes)'],
  ['persistentVolumeClaim', 'persistentvolumeclaims'],
  ['ephemeral', 'persistentvolumeclaims (via ephemeral volumes)'],
  ['azureFile', 'secrets (via azureFile volumes)'],
] as const satisfies readonly (readonly [keyof Volume, string])[];

const PROJECTED = [
  ['configMap', 'configmaps (via projected volumes)'],
  ['secret', 'secrets (via projected volumes)'],
  ['serviceAccountToken', 'serviceaccounts (via projected volumes)'],
  ['clusterTrustBundle', 'clustertrustbundles'],
  ['podCertificate', 'podcertificates'],
] as const;

/**
 * Returns the kind of the first other object of the API that a pod refers to, in upstream's words (pkg/api/pod, HasAPIObjectReference). Pods that run
 * without the API, and their mirrors, refer to none.
 */
export function objectReferenceOf(spec: PodSpec): string | undefined {
  if (spec.serviceAccountName) return 'serviceaccounts';
  let found: string | undefined;
  const note = (kind: string) => () => {
    found ??= kind;
  };
  visitSecrets(spec, note('secrets'));
  visitConfigMaps(spec, note('configmaps'));
  if (found !== undefined) return found;
  if (spec.resourceClaims?.length) return 'resourceclaims';
  return spec.volumes?.map(referenceOfVolume).find((kind) => kind !== undefined);
}

function referenceOfVolume(volume: Volume): string | undefined {
  if (OF_NODE.some((source) => volume[source] !== undefined)) return undefined;
  const own = OF_API.find(([source]) => volume[source] !== undefined);
  if (own) return own[1];
  return volume.projected?.sources
    ?.map((sources) => PROJECTED.find(([source]) => sources[source] !== undefined)?.[1])
    .find((kind) => kind !== undefined);
}
