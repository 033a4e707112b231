import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, required } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, indexPath, pathText } from '../../validation/field-path.ts';
import { addFaults, checkRequired } from '../../validation/field-rules.ts';
import { checkLabelSelector } from '../../validation/label-selector.ts';
import { dns1123SubdomainFaults, qualifiedNameFaults } from '../../validation/name-rules.ts';
import { checkFileMode, checkProjectedPath } from '../../validation/path-rules.ts';
import { checkFieldRef, checkResourceFieldRef, VOLUME_FIELDS } from '../env/downward-validation.ts';
import type {
  ClusterTrustBundleProjection,
  DownwardAPIVolumeFile,
  DownwardAPIVolumeSource,
  KeyToPath,
  PodCertificateProjection,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from './volume-projection.ts';

const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;
const CONFLICT = 'conflicting duplicate paths';

/** Checks a volume of a ConfigMap's or a Secret's keys. */
export function checkKeyedVolume(
  errors: FieldError[],
  source: { readonly defaultMode?: number | undefined; readonly items?: readonly KeyToPath[] | undefined },
  name: { readonly field: string; readonly value: string | undefined },
  path: FieldPath,
): void {
  checkRequired(errors, name.value, path, name.field);
  checkFileMode(errors, source.defaultMode, path, 'defaultMode');
  source.items?.forEach((item, i) => {
    checkKeyToPath(errors, item, indexPath(childPath(path, 'items'), i));
  });
}

function checkKeyToPath(errors: FieldError[], item: KeyToPath, path: FieldPath): void {
  checkRequired(errors, item.key, path, 'key');
  checkRequired(errors, item.path, path, 'path');
  checkProjectedPath(errors, item.path ?? '', path, 'path');
  checkFileMode(errors, item.mode, path, 'mode');
}

export function checkDownwardVolume(errors: FieldError[], source: DownwardAPIVolumeSource, path: FieldPath): void {
  checkFileMode(errors, source.defaultMode, path, 'defaultMode');
  for (const file of source.items ?? []) checkDownwardFile(errors, file, path);
}

/** As upstream, the error names the volume, not the file. */
function checkDownwardFile(errors: FieldError[], file: DownwardAPIVolumeFile, path: FieldPath): void {
  checkRequired(errors, file.path, path, 'path');
  checkProjectedPath(errors, file.path ?? '', path, 'path');
  if (file.fieldRef) {
    checkFieldRef(errors, file.fieldRef, VOLUME_FIELDS, childPath(path, 'fieldRef'));
    if (file.resourceFieldRef) {
      errors.push(invalid(pathText(path), 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    }
  } else if (file.resourceFieldRef) checkResourceFieldRef(errors, file.resourceFieldRef, true, childPath(path, 'resourceFieldRef'));
  else errors.push(required(pathText(path), 'one of fieldRef and resourceFieldRef is required'));
  checkFileMode(errors, file.mode, path, 'mode');
}

export function checkProjectedVolume(errors: FieldError[], volume: ProjectedVolumeSource, path: FieldPath): void {
  checkFileMode(errors, volume.defaultMode, path, 'defaultMode');
  const taken = new Set<string>();
  const claim = (file: string | undefined, shown: string) => {
    if (file === undefined || file === '') return;
    if (taken.has(file)) errors.push(invalid(pathText(path), shown, CONFLICT));
    taken.add(file);
  };
  volume.sources?.forEach((source, i) => {
    const at = indexPath(childPath(path, 'sources'), i);
    for (const kind of ['secret', 'configMap'] as const) {
      const projection = source[kind];
      if (!projection) continue;
      checkRequired(errors, projection.name, childPath(at, kind), 'name');
      projection.items?.forEach((item, j) => {
        checkKeyToPath(errors, item, indexPath(childPath(childPath(at, kind), 'items'), j));
        claim(item.path, projection.name ?? '');
      });
    }
    for (const file of source.downwardAPI?.items ?? []) {
      checkDownwardFile(errors, file, childPath(at, 'downwardAPI'));
      claim(file.path, file.path ?? '');
    }
    if (source.serviceAccountToken) checkToken(errors, source.serviceAccountToken, path, childPath(at, 'serviceAccountToken'));
    if (source.clusterTrustBundle) {
      checkTrustBundle(errors, source.clusterTrustBundle, childPath(at, 'clusterTrustBundle'));
      claim(source.clusterTrustBundle.path, source.clusterTrustBundle.path ?? '');
    }
    if (source.podCertificate) {
      checkPodCertificate(errors, source.podCertificate, childPath(at, 'podCertificate'));
      for (const file of ['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const) {
        claim(source.podCertificate[file], source.podCertificate[file] ?? '');
      }
    }
    if (countSources(source) > 1) errors.push(forbidden(pathText(at), 'may not specify more than 1 volume type per source'));
  });
}

const countSources = (source: VolumeProjection): number => Object.values(source).filter((value) => value !== undefined).length;

function checkToken(errors: FieldError[], token: ServiceAccountTokenProjection, volume: FieldPath, path: FieldPath): void {
  const seconds = token.expirationSeconds ?? 0;
  if (seconds < MIN_TOKEN_SECONDS)
    errors.push(invalid(pathText(path, 'expirationSeconds'), seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MAX_TOKEN_SECONDS) {
    errors.push(invalid(pathText(path, 'expirationSeconds'), seconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  if (!token.path) errors.push(required(pathText(volume, 'path')));
  else checkProjectedPath(errors, token.path, volume, 'path');
}

function checkTrustBundle(errors: FieldError[], bundle: ClusterTrustBundleProjection, path: FieldPath): void {
  const { name, signerName } = bundle;
  if (name !== undefined && signerName !== undefined) errors.push(invalid(pathText(path), bundle, 'only one of name and signerName may be used'));
  else if (name !== undefined) {
    if (name === '') errors.push(required(pathText(path, 'name'), 'must be a valid object name'));
    // A bundle of a signer is named after it: example.com/signer → example.com:signer:NAME.
    const own = name.slice(name.lastIndexOf(':') + 1);
    for (const fault of dns1123SubdomainFaults(own))
      errors.push(invalid(pathText(path, 'name'), name, `not a valid clustertrustbundlename: ${fault}`));
    if (bundle.labelSelector)
      errors.push(invalid(pathText(path, 'labelSelector'), bundle.labelSelector, 'labelSelector must be unset if name is specified'));
  } else if (signerName !== undefined) {
    if (signerName === '') errors.push(required(pathText(path, 'signerName'), 'must be a valid signer name'));
    checkSignerName(errors, signerName, path);
    checkLabelSelector(errors, bundle.labelSelector, childPath(path, 'labelSelector'));
  } else errors.push(required(pathText(path), 'either name or signerName must be specified'));
  checkRequired(errors, bundle.path, path, 'path');
  checkProjectedPath(errors, bundle.path ?? '', path, 'path');
}

function checkSignerName(errors: FieldError[], name: string, path: FieldPath): void {
  if (!name.includes('/'))
    errors.push(invalid(pathText(path, 'signerName'), name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"));
  else addFaults(errors, qualifiedNameFaults(name), name, path, 'signerName');
}

const KEY_TYPES: readonly string[] = ['RSA3072', 'RSA4096', 'ECDSAP256', 'ECDSAP384', 'ECDSAP521', 'ED25519'];

function checkPodCertificate(errors: FieldError[], certificate: PodCertificateProjection, path: FieldPath): void {
  checkSignerName(errors, certificate.signerName ?? '', path);
  if (!KEY_TYPES.includes(certificate.keyType)) {
    errors.push(invalid(pathText(path, 'keyType'), certificate.keyType ?? '', `must be one of ${KEY_TYPES.join(', ')}`));
  }
  const files = [certificate.credentialBundlePath, certificate.keyPath, certificate.certificateChainPath];
  if (files.every((file) => !file))
    errors.push(required(pathText(path), 'specify at least one of credentialBundlePath, keyPath, and certificateChainPath'));
  for (const field of ['credentialBundlePath', 'keyPath', 'certificateChainPath'] as const) {
    const file = certificate[field];
    if (file) checkProjectedPath(errors, file, path, field);
  }
}
