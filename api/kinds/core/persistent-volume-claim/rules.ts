import { semanticEqual } from '../../../../base/equality.ts';
import type { Strategy } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import { roundAmounts } from '../../../pod/container/container-defaults.ts';
import { isWhole } from '../../../pod/resources/resource-quantity-validation.ts';
import type { PersistentVolumeClaimSpec } from '../../../pod/volume/persistent-volume-claim.ts';
import { BETA_STORAGE_CLASS } from '../../../pod/volume/persistent-volume-claim.ts';
import { checkClaimSpec } from '../../../pod/volume/persistent-volume-claim-validation.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { checkEntries, forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { compareQuantities, valueOfQuantity } from '../../../schema/quantity.ts';
import { changesText } from '../../../validation/changes-text.ts';
import { childPath, entryText, rootPath } from '../../../validation/field-path.ts';
import { addFaults, checkImmutable } from '../../../validation/field-rules.ts';
import { qualifiedNameFaults } from '../../../validation/name-rules.ts';
import { NOT_A_QUANTITY } from '../persistent-volume/rules.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimStatus } from './schema.ts';

const SPEC = rootPath('spec');
const STATUS = rootPath('status');
const STORAGE: readonly string[] = ['storage'];
const RESIZE_STATUSES: readonly string[] = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

function validate({ spec }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = [];
  checkClaimSpec(errors, spec ?? {}, SPEC);
  return errors;
}

/**
 * The specs to compare: without what an update may change. A volume's name is set once; a class that was left out may be filled in later;
 * a bound claim may ask for more storage and for other attributes.
 */
function comparable(claim: PersistentVolumeClaim, old: Live<PersistentVolumeClaim>): [PersistentVolumeClaimSpec, PersistentVolumeClaimSpec] {
  const next: PersistentVolumeClaimSpec = { ...claim.spec };
  const before: PersistentVolumeClaimSpec = { ...old.spec };
  if (!before.volumeName) before.volumeName = next.volumeName;
  const annotated = old.metadata.annotations?.[BETA_STORAGE_CLASS];
  const fromAnnotation = annotated !== undefined && before.storageClassName === undefined && next.storageClassName === annotated;
  const fromNothing = annotated === undefined && before.storageClassName === undefined;
  if (next.storageClassName !== undefined && (fromAnnotation || fromNothing)) next.storageClassName = undefined;
  if (claim.status?.phase === 'Bound') {
    if (next.resources?.requests) {
      const storage = before.resources?.requests?.storage ?? '0';
      next.resources = { ...next.resources, requests: { ...next.resources.requests, storage } };
    }
    next.volumeAttributesClassName = before.volumeAttributesClassName;
  }
  return [next, before];
}

/** Whether a source names a group, be it the empty one. An absent group is written as null. */
const isNamed = (source: { apiGroup?: string | undefined } | undefined): boolean => typeof source?.apiGroup === 'string';

function validateUpdate(claim: PersistentVolumeClaim, old: Live<PersistentVolumeClaim>): FieldError[] {
  const errors: FieldError[] = [];
  const anyGroup = isNamed(old.spec?.dataSource) || isNamed(old.spec?.dataSourceRef);
  checkClaimSpec(errors, claim.spec ?? {}, SPEC, anyGroup);
  const [next, before] = comparable(claim, old);
  const annotation = claim.metadata?.annotations?.[BETA_STORAGE_CLASS];
  if (annotation !== old.metadata.annotations?.[BETA_STORAGE_CLASS]) {
    const field = `metadata.annotations[${BETA_STORAGE_CLASS}]`;
    checkImmutable(errors, annotation ?? '', old.metadata.annotations?.[BETA_STORAGE_CLASS] ?? '', field);
  }
  if (!semanticEqual(next, before)) {
    const why = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    errors.push(forbidden('spec', `${why}\n${changesText(next ?? {}, before ?? {})}`));
  }
  const size = claim.spec?.resources?.requests?.storage ?? '0';
  const shrinks = compareQuantities(size, old.spec?.resources?.requests?.storage ?? '0') < 0;
  if (shrinks && compareQuantities(size, old.status?.capacity?.storage ?? '0') <= 0) {
    errors.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  checkImmutable(errors, claim.spec?.volumeMode ?? null, old.spec?.volumeMode ?? null, 'volumeMode');
  if (old.status?.currentVolumeAttributesClassName !== undefined && claim.spec?.volumeAttributesClassName === undefined) {
    errors.push(forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

/** Checks a key of the maps about resizing: `storage`, or a qualified name. */
function checkResourceKey(errors: FieldError[], name: string, field: 'allocatedResources' | 'allocatedResourceStatuses'): void {
  const path = childPath(STATUS, field);
  const faults = qualifiedNameFaults(name);
  addFaults(errors, faults, name, path);
  const isOwn = !name.includes('/') || name.includes('kubernetes.io/');
  if (isOwn && name !== 'storage') errors.push(notSupported(`status.${field}`, name, STORAGE));
}

function checkAmounts(errors: FieldError[], amounts: Readonly<Record<string, string>> | undefined, field: 'capacity' | 'allocatedResources'): void {
  checkEntries(amounts ?? {}, (name, amount) => {
    const value = valueOfQuantity(amount);
    if (field === 'allocatedResources') checkResourceKey(errors, name, field);
    if (value < 0) errors.push(invalid(entryText(STATUS, field, name), value, NOT_A_QUANTITY));
  });
}

function checkStatus(errors: FieldError[], status: PersistentVolumeClaimStatus): void {
  checkAmounts(errors, status.capacity, 'capacity');
  checkEntries(status.allocatedResourceStatuses ?? {}, (name, state) => {
    checkResourceKey(errors, name, 'allocatedResourceStatuses');
    if (!RESIZE_STATUSES.includes(state)) errors.push(notSupported('status.allocatedResourceStatuses', name, RESIZE_STATUSES));
  });
  checkAmounts(errors, status.allocatedResources, 'allocatedResources');
}

/** Whether a source is one that claims could always name: another claim or a snapshot. */
function isClaimOrSnapshot({ dataSource }: PersistentVolumeClaimSpec): boolean {
  const { kind } = dataSource ?? {};
  const apiGroup = dataSource?.apiGroup ?? '';
  return (kind === 'PersistentVolumeClaim' && apiGroup === '') || (kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io');
}

/**
 * Drops sources that clients could not name in their field (pkg/api/persistentvolumeclaim): those of another namespace, which need a feature
 * that is off, and all but claims and snapshots where only the old field is set.
 */
function dropDataSources(spec: PersistentVolumeClaimSpec, old: PersistentVolumeClaimSpec | undefined): void {
  if (spec.dataSourceRef?.namespace && !old?.dataSourceRef) spec.dataSourceRef = undefined;
  const inUse = old?.dataSource !== undefined || old?.dataSourceRef !== undefined;
  if (!inUse && spec.dataSourceRef === undefined && !isClaimOrSnapshot(spec)) spec.dataSource = undefined;
}

/** Fills the one of the two source fields that is not set from the other. */
function pairDataSources(spec: PersistentVolumeClaimSpec): void {
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSourceRef && !spec.dataSource && !spec.dataSourceRef.namespace) {
    const { apiGroup, kind, name } = spec.dataSourceRef;
    spec.dataSource = { apiGroup, kind, name };
  }
}

function warnings({ metadata, spec }: PersistentVolumeClaim): string[] {
  const texts: string[] = [];
  if (metadata?.annotations?.[BETA_STORAGE_CLASS] !== undefined) {
    texts.push(`metadata.annotations[${BETA_STORAGE_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`);
  }
  for (const part of ['requests', 'limits'] as const) {
    const storage = spec?.resources?.[part]?.storage;
    if (storage === undefined || isWhole(storage)) continue;
    texts.push(`spec.resources.${part}[storage]: fractional byte value ${JSON.stringify(storage)} is invalid, must be an integer`);
  }
  return texts;
}

/** The rules of upstream's pkg/apis/core/validation and pkg/registry/core/persistentvolumeclaim. */
export const persistentVolumeClaimStrategy: Strategy<PersistentVolumeClaim> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  default(claim) {
    claim.status ??= {};
    claim.status.phase ||= 'Pending';
    claim.spec ??= {};
    claim.spec.volumeMode ??= 'Filesystem';
    roundAmounts(claim.spec.resources?.requests);
    roundAmounts(claim.spec.resources?.limits);
    roundAmounts(claim.status.capacity);
    roundAmounts(claim.status.allocatedResources);
  },
  prepareForCreate(claim) {
    claim.status = { phase: 'Pending' };
    if (!claim.spec) return;
    dropDataSources(claim.spec, undefined);
    pairDataSources(claim.spec);
  },
  prepareForUpdate(claim, old) {
    claim.status = old.status;
    if (!claim.spec) return;
    dropDataSources(claim.spec, old.spec);
    pairDataSources(claim.spec);
  },
  prepareForStatusUpdate(claim, old) {
    claim.spec = old.spec;
  },
  validate,
  validateUpdate,
  validateStatusUpdate(claim) {
    const errors: FieldError[] = [];
    if ((claim.spec?.accessModes ?? []).length === 0) errors.push(required('Spec.accessModes'));
    checkStatus(errors, claim.status ?? {});
    return errors;
  },
  warnings,
};
