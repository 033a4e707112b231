import { goPattern } from '../../../base/regexp.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { checkEntries, invalid, notSupported, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { entryText, pathText } from '../../validation/field-path.ts';
import { addFaults, checkOptionalChoice, checkRequired } from '../../validation/field-rules.ts';
import { dns1123LabelFaults, inRangeText } from '../../validation/name-rules.ts';
import { checkDescendingPath } from '../../validation/path-rules.ts';
import type { Volume } from './volume.ts';
import type {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  ISCSIVolumeSource,
  QuobyteVolumeSource,
  ScaleIOVolumeSource,
  StorageOSVolumeSource,
} from './volume-network.ts';

type Check<T> = (errors: FieldError[], source: T, path: FieldPath) => void;
type Source<K extends keyof Volume> = NonNullable<Volume[K]>;

/** Returns a check that only requires some fields. */
const requires =
  <T extends object>(...fields: readonly (keyof T & string)[]): Check<T> =>
  (errors, source, path) => {
    for (const field of fields) {
      const value = source[field];
      if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) errors.push(required(pathText(path, field)));
    }
  };

/** The rules of volumes that a driver mounts. Most of them are obsolete, but still part of the API. */
export const NETWORK_VOLUME_CHECKS: { readonly [K in keyof Volume]?: Check<Source<K>> } = {
  gitRepo: (errors, source, path) => {
    checkRequired(errors, source.repository, path, 'repository');
    checkDescendingPath(errors, source.directory ?? '', path, 'directory');
  },
  gcePersistentDisk: (errors, source, path) => checkDisk(errors, source, 'pdName', path),
  awsElasticBlockStore: (errors, source, path) => checkDisk(errors, source, 'volumeID', path),
  nfs: (errors, source, path) => {
    checkRequired(errors, source.server, path, 'server');
    checkRequired(errors, source.path, path, 'path');
    if (!source.path?.startsWith('/')) errors.push(invalid(pathText(path, 'path'), source.path ?? '', 'must be an absolute path'));
  },
  iscsi: checkIscsi,
  glusterfs: requires('endpoints', 'path'),
  flocker: checkFlocker,
  rbd: requires('monitors', 'image'),
  cinder: (errors, source, path) => {
    checkRequired(errors, source.volumeID, path, 'volumeID');
    if (source.secretRef) checkRequired(errors, source.secretRef.name, path, 'secretRef.name');
  },
  cephfs: requires('monitors'),
  quobyte: checkQuobyte,
  fc: checkFibreChannel,
  flexVolume: checkFlex,
  azureFile: requires('secretName', 'shareName'),
  vsphereVolume: requires('volumePath'),
  photonPersistentDisk: requires('pdID'),
  portworxVolume: requires('volumeID'),
  azureDisk: checkAzureDisk,
  storageos: checkStorageOs,
  scaleIO: checkScaleIo,
};

function checkDisk(
  errors: FieldError[],
  source: Partial<GCEPersistentDiskVolumeSource & AWSElasticBlockStoreVolumeSource>,
  id: 'pdName' | 'volumeID',
  path: FieldPath,
): void {
  checkRequired(errors, source[id], path, id);
  const partition = source.partition ?? 0;
  if (partition < 0 || partition > 255) errors.push(invalid(pathText(path, 'partition'), partition, inRangeText(1, 255)));
}

/** A name may begin anywhere in the text, which JavaScript's engine would try from each place to the end. */
const IQN = 'iqn\\.\\d{4}-\\d{2}\\.([[:alnum:]\\-.]+)(:[^,;*&$|\\s]+)$';

const INITIATORS: readonly (readonly [string, Pick<RegExp, 'test'>])[] = [
  ['iqn', { test: (name) => goPattern(IQN).test(name) }],
  ['eui', /^eui.[A-Za-z0-9]{16}$/],
  ['naa', /^naa.[A-Za-z0-9]{32}$/],
];

function checkInitiator(errors: FieldError[], name: string, path: FieldPath, field: string): void {
  const kind = INITIATORS.find(([prefix]) => name.startsWith(prefix));
  if (!kind) errors.push(invalid(pathText(path, field), name, 'must be valid format starting with iqn, eui, or naa'));
  else if (!kind[1].test(name)) errors.push(invalid(pathText(path, field), name, 'must be valid format'));
}

function checkIscsi(errors: FieldError[], source: ISCSIVolumeSource, path: FieldPath): void {
  checkRequired(errors, source.targetPortal, path, 'targetPortal');
  if (!source.iqn) errors.push(required(pathText(path, 'iqn')));
  else checkInitiator(errors, source.iqn, path, 'iqn');
  const lun = source.lun ?? 0;
  if (lun < 0 || lun > 255) errors.push(invalid(pathText(path, 'lun'), lun, inRangeText(0, 255)));
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef) errors.push(required(pathText(path, 'secretRef')));
  if (source.initiatorName !== undefined) checkInitiator(errors, source.initiatorName, path, 'initiatorname');
}

function checkFlocker(errors: FieldError[], source: FlockerVolumeSource, path: FieldPath): void {
  const { datasetName = '', datasetUUID = '' } = source;
  if (datasetName === '' && datasetUUID === '') errors.push(required(pathText(path), 'one of datasetName and datasetUUID is required'));
  if (datasetName !== '' && datasetUUID !== '') {
    errors.push(invalid(pathText(path), 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  }
  if (datasetName.includes('/')) errors.push(invalid(pathText(path, 'datasetName'), datasetName, "must not contain '/'"));
}

function checkQuobyte(errors: FieldError[], source: QuobyteVolumeSource, path: FieldPath): void {
  const pairs = 'must be a host:port pair or multiple pairs separated by commas';
  if (!source.registry) errors.push(required(pathText(path, 'registry'), pairs));
  else if ((source.tenant ?? '').length > 64) {
    errors.push(required(pathText(path, 'tenant'), 'must be a UUID and may not exceed a length of 64 characters'));
  } else {
    for (const pair of source.registry.split(',')) {
      if (!/^(\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(pair)) errors.push(invalid(pathText(path, 'registry'), source.registry, pairs));
    }
  }
  checkRequired(errors, source.volume, path, 'volume');
}

function checkFibreChannel(errors: FieldError[], source: FCVolumeSource, path: FieldPath): void {
  const { targetWWNs = [], wwids = [], lun } = source;
  if (targetWWNs.length === 0 && wwids.length === 0) {
    errors.push(required(pathText(path, 'targetWWNs'), 'must specify either targetWWNs or wwids, but not both'));
  }
  if (targetWWNs.length === 0) return;
  if (wwids.length > 0) errors.push(invalid(pathText(path, 'targetWWNs'), targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'));
  if (lun === undefined) errors.push(required(pathText(path, 'lun'), 'lun is required if targetWWNs is specified'));
  else if (lun < 0 || lun > 255) errors.push(invalid(pathText(path, 'lun'), lun, inRangeText(0, 255)));
}

function checkFlex(errors: FieldError[], source: FlexVolumeSource, path: FieldPath): void {
  checkRequired(errors, source.driver, path, 'driver');
  checkEntries(source.options ?? {}, (key) => {
    const namespace = `.${(key.split('/', 1)[0] ?? '').toLowerCase()}`;
    if (namespace.endsWith('.kubernetes.io') || namespace.endsWith('.k8s.io')) {
      errors.push(invalid(entryText(path, 'options', key), key, 'kubernetes.io and k8s.io namespaces are reserved'));
    }
  });
}

function checkAzureDisk(errors: FieldError[], source: AzureDiskVolumeSource, path: FieldPath): void {
  checkRequired(errors, source.diskName, path, 'diskName');
  checkRequired(errors, source.diskURI, path, 'diskURI');
  checkOptionalChoice(errors, source.cachingMode, ['None', 'ReadOnly', 'ReadWrite'], path, 'cachingMode');
  checkOptionalChoice(errors, source.kind, ['Dedicated', 'Managed', 'Shared'], path, 'kind');
  if (source.kind === undefined) return;
  const uri = source.diskURI ?? '';
  const managed = source.kind === 'Managed';
  if (uri.startsWith(managed ? '/subscriptions/' : 'https://')) return;
  const form = managed
    ? '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
    : 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';
  errors.push(notSupported(pathText(path, 'diskURI'), uri, [form]));
}

function checkStorageOs(errors: FieldError[], source: StorageOSVolumeSource, path: FieldPath): void {
  if (!source.volumeName) errors.push(required(pathText(path, 'volumeName')));
  else addFaults(errors, dns1123LabelFaults(source.volumeName), source.volumeName, path, 'volumeName');
  if (source.volumeNamespace) addFaults(errors, dns1123LabelFaults(source.volumeNamespace), source.volumeNamespace, path, 'volumeNamespace');
  if (source.secretRef) checkRequired(errors, source.secretRef.name, path, 'secretRef.name');
}

function checkScaleIo(errors: FieldError[], source: ScaleIOVolumeSource, path: FieldPath): void {
  checkRequired(errors, source.gateway, path, 'gateway');
  checkRequired(errors, source.system, path, 'system');
  checkRequired(errors, source.volumeName, path, 'volumeName');
}
