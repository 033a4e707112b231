import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../schema/field-error.ts';
import { signOfQuantity } from '../../schema/quantity.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, pathText } from '../../validation/field-path.ts';
import { addFaults, checkOptionalChoice, checkRequired, NOT_POSITIVE } from '../../validation/field-rules.ts';
import { checkLabelSelector } from '../../validation/label-selector.ts';
import { dns1123SubdomainFaults, subdomainName } from '../../validation/name-rules.ts';
import { checkAnnotations, checkLabels } from '../../validation/object-meta.ts';
import type { TypedLocalObjectReference } from '../reference.ts';
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimTemplate } from './persistent-volume-claim.ts';

export const ACCESS_MODES: readonly string[] = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Checks the claim of an ephemeral volume. */
export function checkClaimTemplate(errors: FieldError[], template: PersistentVolumeClaimTemplate, path: FieldPath): void {
  const metadata = childPath(path, 'metadata');
  if (template.metadata?.annotations) checkAnnotations(errors, template.metadata.annotations, metadata, 'annotations');
  if (template.metadata?.labels) checkLabels(errors, template.metadata.labels, metadata, 'labels');
  checkClaimSpec(errors, template.spec ?? {}, childPath(path, 'spec'));
}

/**
 * Checks the spec of a claim, stored or of an ephemeral volume.
 * @param anyGroup Do not check the groups of its sources: the stored claim has them.
 */
export function checkClaimSpec(errors: FieldError[], spec: PersistentVolumeClaimSpec, path: FieldPath, anyGroup = false): void {
  const modes = spec.accessModes ?? [];
  if (modes.length === 0) errors.push(required(pathText(path, 'accessModes'), 'at least 1 access mode is required'));
  checkLabelSelector(errors, spec.selector, childPath(path, 'selector'));
  for (const mode of modes) {
    if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(pathText(path, 'accessModes'), mode, ACCESS_MODES));
  }
  const known = modes.filter((mode) => ACCESS_MODES.includes(mode));
  if (known.includes('ReadWriteOncePod') && known.some((mode) => mode !== 'ReadWriteOncePod')) {
    errors.push(forbidden(pathText(path, 'accessModes'), 'may not use ReadWriteOncePod with other access modes'));
  }
  const storage = spec.resources?.requests?.storage;
  if (storage === undefined) errors.push(required(`${pathText(path, 'resources')}[storage]`));
  else if (signOfQuantity(storage) <= 0) errors.push(invalid(`${pathText(path, 'resources')}[storage]`, storage, NOT_POSITIVE));
  for (const field of ['storageClassName', 'volumeAttributesClassName'] as const) {
    const name = spec[field];
    if (name) addFaults(errors, subdomainName(name, false), name, path, field);
  }
  checkOptionalChoice(errors, spec.volumeMode, ['Block', 'Filesystem'], path, 'volumeMode');
  if (spec.dataSource) checkDataSource(errors, spec.dataSource, childPath(path, 'dataSource'), anyGroup);
  if (spec.dataSourceRef) checkDataSource(errors, spec.dataSourceRef, childPath(path, 'dataSourceRef'), anyGroup);
  checkSameSource(errors, spec, path);
}

/** Both fields name one source. Upstream shows the path, which prints as `{}`, in the place of the value. */
function checkSameSource(errors: FieldError[], { dataSource, dataSourceRef }: PersistentVolumeClaimSpec, path: FieldPath): void {
  if (!dataSource || !dataSourceRef) return;
  if (dataSourceRef.namespace) {
    errors.push(invalid(pathText(path), {}, 'may not be specified when dataSourceRef.namespace is specified'));
  } else if ((['apiGroup', 'kind', 'name'] as const).some((field) => dataSource[field] !== dataSourceRef[field])) {
    errors.push(invalid(pathText(path), {}, 'must match dataSourceRef'));
  }
}

function checkDataSource(errors: FieldError[], source: TypedLocalObjectReference, path: FieldPath, anyGroup: boolean): void {
  checkRequired(errors, source.name, path, 'name');
  checkRequired(errors, source.kind, path, 'kind');
  const group = source.apiGroup ?? '';
  if (group === '' && source.kind !== 'PersistentVolumeClaim') {
    errors.push(invalid(pathText(path), source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
  if (group !== '' && !anyGroup) addFaults(errors, dns1123SubdomainFaults(group), group, path, 'apiGroup');
}
