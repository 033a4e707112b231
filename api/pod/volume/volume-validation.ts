import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, forbidden, invalid, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import { addFaults, checkOptionalChoice, checkRequired } from '../../validation/field-rules.ts';
import { dns1123LabelFaults, dns1123SubdomainFaults, subdomainName } from '../../validation/name-rules.ts';
import { checkNoBacksteps } from '../../validation/path-rules.ts';
import { checkPullPolicy } from '../image/pull-policy-validation.ts';
import { isNegativeQuantity } from '../resources/resource-quantity-validation.ts';
import { checkClaimTemplate } from './persistent-volume-claim-validation.ts';
import type { CSIVolumeSource, HostPathVolumeSource, Volume } from './volume.ts';
import { NETWORK_VOLUME_CHECKS } from './volume-network-validation.ts';
import { checkDownwardVolume, checkKeyedVolume, checkProjectedVolume } from './volume-projection-validation.ts';

/** The part of a pod that the rules of its volumes depend on. A template has no name, and its images may be filled in later. */
export interface VolumeOwner {
  readonly isPod: boolean;
  readonly name: string | undefined;
}

type Check<T> = (errors: FieldError[], source: T, path: FieldPath, owner: VolumeOwner) => void;

const HOST_PATH_TYPES: readonly string[] = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

const LOCAL_VOLUME_CHECKS: { readonly [K in keyof Volume]?: Check<NonNullable<Volume[K]>> } = {
  emptyDir: (errors, source, path) => {
    if (source.sizeLimit !== undefined && isNegativeQuantity(source.sizeLimit)) {
      errors.push(forbidden(pathText(path, 'sizeLimit'), 'SizeLimit field must be a valid resource quantity'));
    }
  },
  hostPath: checkHostPath,
  secret: (errors, source, path) => checkKeyedVolume(errors, source, { field: 'secretName', value: source.secretName }, path),
  configMap: (errors, source, path) => checkKeyedVolume(errors, source, { field: 'name', value: source.name }, path),
  persistentVolumeClaim: (errors, source, path) => checkRequired(errors, source.claimName, path, 'claimName'),
  downwardAPI: checkDownwardVolume,
  projected: checkProjectedVolume,
  csi: checkCsi,
  ephemeral: (errors, source, path) => {
    const at = childPath(path, 'volumeClaimTemplate');
    if (!source.volumeClaimTemplate) errors.push(required(pathText(at)));
    else checkClaimTemplate(errors, source.volumeClaimTemplate, at);
  },
  image: (errors, source, path, owner) => {
    if (owner.isPod) checkRequired(errors, source.reference, path, 'reference');
    checkPullPolicy(errors, source.pullPolicy, path);
  },
};

const CHECKS: Readonly<Record<string, Check<never> | undefined>> = { ...NETWORK_VOLUME_CHECKS, ...LOCAL_VOLUME_CHECKS };

/** The order in which upstream looks for a volume's source; the first one found counts. */
const SOURCES = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
] as const;

/** Checks a pod's volumes. Returns the valid ones by name: only they can be mounted. */
export function checkVolumes(errors: FieldError[], volumes: readonly Volume[], owner: VolumeOwner, path: FieldPath): Map<string, Volume> {
  const valid = new Map<string, Volume>();
  const created = new Set(owner.name ? volumes.filter((v) => v.ephemeral).map((v) => `${owner.name}-${v.name}`) : []);
  volumes.forEach((volume, i) => {
    const at = indexPath(path, i);
    const before = errors.length;
    checkSource(errors, volume, owner, at);
    const name = volume.name ?? '';
    if (name === '') errors.push(required(pathText(at, 'name')));
    else addFaults(errors, dns1123LabelFaults(name), name, at, 'name');
    if (valid.has(name)) errors.push(duplicate(pathText(at, 'name'), name));
    if (errors.length === before) valid.set(name, volume);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && created.has(claim)) {
      errors.push(
        invalid(pathText(at, 'persistentVolumeClaim', 'claimName'), claim, 'must not reference a PVC that gets created for an ephemeral volume'),
      );
    }
  });
  return valid;
}

function checkSource(errors: FieldError[], volume: Volume, owner: VolumeOwner, path: FieldPath): void {
  let found = false;
  for (const kind of SOURCES) {
    const source = volume[kind];
    if (source === undefined) continue;
    if (found) {
      errors.push(forbidden(pathText(path, nameInError(kind)), 'may not specify more than 1 volume type'));
      continue;
    }
    found = true;
    const check = CHECKS[kind] as Check<typeof source> | undefined;
    check?.(errors, source, childPath(path, kind === 'gcePersistentDisk' ? 'persistentDisk' : kind), owner);
  }
  if (!found) errors.push(required(pathText(path), 'must specify a volume type'));
  if (volume.iscsi?.initiatorName !== undefined && `${volume.name}:${volume.iscsi.targetPortal}`.length > 64) {
    errors.push(
      invalid(pathText(path, 'name'), volume.name ?? '', 'with iscsi.initiatorName, <volume name>:<iscsi.targetPortal> must be under 64 characters'),
    );
  }
  if (volume.ephemeral && owner.name && volume.name) {
    const claim = `${owner.name}-${volume.name}`;
    for (const fault of subdomainName(claim, false)) errors.push(invalid(pathText(path, 'name'), volume.name, `PVC name "${claim}": ${fault}`));
  }
}

/** Two fields are misspelt in upstream's errors, and clients may rely on that. */
const nameInError = (kind: string): string => (kind === 'cephfs' ? 'cephFS' : kind === 'downwardAPI' ? 'downwarAPI' : kind);

export function checkHostPath(errors: FieldError[], source: HostPathVolumeSource, path: FieldPath): void {
  if (!source.path) {
    errors.push(required(pathText(path, 'path')));
    return;
  }
  checkNoBacksteps(errors, source.path, path, 'path');
  checkOptionalChoice(errors, source.type, HOST_PATH_TYPES, path, 'type');
}

function checkCsi(errors: FieldError[], source: CSIVolumeSource, path: FieldPath): void {
  if (!source.driver) errors.push(required(pathText(path, 'driver')));
  else if (source.driver.length > 63) errors.push(invalid(pathText(path, 'driver'), source.driver, 'must be no more than 63 characters'));
  else addFaults(errors, dns1123SubdomainFaults(source.driver.toLowerCase()), source.driver, path, 'driver');
  if (!source.nodePublishSecretRef) return;
  const { name } = source.nodePublishSecretRef;
  // Upstream's error names the field as if it stood in the source itself.
  if (name) addFaults(errors, dns1123SubdomainFaults(name), name, path, 'name');
  else errors.push(required(pathText(path, 'nodePublishSecretRef', 'name')));
}
