import type { SecretReference } from '../../../pod/reference.ts';
import { checkCsiDriverName } from '../../../pod/volume/csi-driver-name.ts';
import { NETWORK_VOLUME_CHECKS } from '../../../pod/volume/volume-network-validation.ts';
import { checkHostPath } from '../../../pod/volume/volume-validation.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, required } from '../../../schema/field-error.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, pathText } from '../../../validation/field-path.ts';
import { addFaults, checkRequired } from '../../../validation/field-rules.ts';
import { dns1123LabelFaults, subdomainName } from '../../../validation/name-rules.ts';
import { checkNoBacksteps } from '../../../validation/path-rules.ts';
import type { PersistentVolumeSpec } from './schema.ts';
import type { CSIPersistentVolumeSource } from './sources.ts';

/** The order in which upstream looks for a volume's source; the first one found counts. */
export const SOURCES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const;

type SourceName = (typeof SOURCES)[number];
type Check<K extends SourceName> = (errors: FieldError[], source: NonNullable<PersistentVolumeSpec[K]>, path: FieldPath) => void;

/** The sources whose Secrets or Endpoints have a namespace; the others have the rules of a pod's volumes. */
const OWN_CHECKS: { readonly [K in SourceName]?: Check<K> } = {
  hostPath: checkHostPath,
  glusterfs: (errors, source, path) => {
    checkRequired(errors, source.endpoints, path, 'endpoints');
    checkRequired(errors, source.path, path, 'path');
    const { endpointsNamespace: namespace } = source;
    if (namespace === undefined) return;
    if (namespace === '') {
      errors.push(invalid(pathText(path, 'endpointsNamespace'), namespace, 'if the endpointnamespace is set, it must be a valid namespace name'));
    } else addFaults(errors, dns1123LabelFaults(namespace), namespace, path, 'endpointsNamespace');
  },
  cinder: (errors, source, path) => {
    checkRequired(errors, source.volumeID, path, 'volumeID');
    checkSecretGiven(errors, source.secretRef, path);
  },
  azureFile: (errors, source, path) => {
    checkRequired(errors, source.secretName, path, 'secretName');
    checkRequired(errors, source.shareName, path, 'shareName');
    if (source.secretNamespace === '') errors.push(required(pathText(path, 'secretNamespace')));
  },
  local: (errors, source, path) => {
    if (source.path === '') errors.push(required(pathText(path, 'path')));
    else checkNoBacksteps(errors, source.path, path, 'path');
  },
  storageos: (errors, source, path) => {
    checkRequired(errors, source.volumeName, path, 'volumeName');
    checkSecretGiven(errors, source.secretRef, path);
  },
  csi: checkCsi,
};

const CHECKS: Readonly<Record<string, Check<never> | undefined>> = { ...NETWORK_VOLUME_CHECKS, ...OWN_CHECKS };

function checkSecretGiven(errors: FieldError[], secret: SecretReference | undefined, path: FieldPath): void {
  if (!secret) return;
  checkRequired(errors, secret.name, path, 'secretRef.name');
  checkRequired(errors, secret.namespace, path, 'secretRef.namespace');
}

function checkCsi(errors: FieldError[], source: CSIPersistentVolumeSource, path: FieldPath): void {
  checkCsiDriverName(errors, source.driver, path, 'driver');
  checkRequired(errors, source.volumeHandle, path, 'volumeHandle');
  for (const field of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const) {
    const secret = source[field];
    if (!secret) continue;
    const at = childPath(path, field);
    if (secret.name) addFaults(errors, subdomainName(secret.name, false), secret.name, at, 'name');
    else errors.push(required(pathText(at, 'name')));
    if (secret.namespace) addFaults(errors, dns1123LabelFaults(secret.namespace), secret.namespace, at, 'namespace');
    else errors.push(required(pathText(at, 'namespace')));
  }
}

/** Checks that there is one source, and that it is valid. */
export function checkSource(errors: FieldError[], spec: PersistentVolumeSpec, path: FieldPath): void {
  let found = false;
  for (const name of SOURCES) {
    const source = spec[name];
    if (source === undefined) continue;
    if (found) {
      errors.push(forbidden(pathText(path, nameInError(name)), 'may not specify more than 1 volume type'));
      continue;
    }
    found = true;
    const check = CHECKS[name] as Check<typeof name> | undefined;
    check?.(errors, source as never, childPath(path, name === 'gcePersistentDisk' ? 'persistentDisk' : name));
  }
  if (!found) errors.push(required(pathText(path), 'must specify a volume type'));
}

/** One field is misspelt in upstream's errors, and clients may rely on that. */
const nameInError = (name: string): string => (name === 'cephfs' ? 'cephFS' : name);
