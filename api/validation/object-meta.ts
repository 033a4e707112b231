import type { ObjectMeta, OwnerReference } from '../meta/object-meta.ts';
import type { FieldError } from '../schema/field-error.ts';
import { checkEach, checkEntries, ENOUGH_FAULTS, forbidden, invalid, required, tooLong } from '../schema/field-error.ts';
import type { FieldPath } from './field-path.ts';
import { childPath, pathText, rootPath } from './field-path.ts';
import { addFaults, checkImmutable, checkNonNegative } from './field-rules.ts';
import type { NameRule } from './name-rules.ts';
import { byteLength, labelName, labelValueFaults, qualifiedNameFaults, subdomainName } from './name-rules.ts';

const MAX_ANNOTATIONS_BYTES = 256 * 1024;
const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
const UNKNOWN_FINALIZER = 'name is neither a standard finalizer name nor is it fully qualified';
const METADATA = rootPath('metadata');

/** The checks of metadata by a kind's own rules, beside those of every kind. */
export interface MetadataChecks {
  /**
   * The checks that the kind's rules of update repeat: metadata as of a new object (`whole`), or as changed from the old one (`change`).
   * An error is reported once per check. Default: `change` only, as for most kinds.
   */
  readonly onUpdate?: readonly ('whole' | 'change')[];
  /** Finalizers need be neither qualified nor known. */
  readonly anyFinalizer?: true;
}

export interface ObjectMetaRules {
  readonly namespaced: boolean;
  /** Default: the rule of a DNS-1123 subdomain. */
  readonly validateName?: NameRule | undefined;
  readonly checks?: MetadataChecks | undefined;
}

/** The rules of metadata on create; the name has been generated. */
export function validateObjectMeta(meta: ObjectMeta | undefined, rules: ObjectMetaRules, field = 'metadata'): FieldError[] {
  const errors: FieldError[] = [];
  const path = field === 'metadata' ? METADATA : rootPath(field);
  const nameRule = rules.validateName ?? subdomainName;
  if (meta?.generateName) addFaults(errors, nameRule(meta.generateName, true), meta.generateName, path, 'generateName');
  if (!meta?.name) errors.push(required(pathText(path, 'name'), 'name or generateName is required'));
  else addFaults(errors, nameRule(meta.name, false), meta.name, path, 'name');
  if (rules.namespaced) {
    if (!meta?.namespace) errors.push(required(pathText(path, 'namespace')));
    else addFaults(errors, labelName(meta.namespace, false), meta.namespace, path, 'namespace');
  } else if (meta?.namespace) {
    errors.push(forbidden(pathText(path, 'namespace'), 'not allowed on this type'));
  }
  if (meta) {
    checkWhole(errors, meta, path);
    if (!rules.checks?.anyFinalizer) checkFinalizersKnown(errors, meta.finalizers, path);
  }
  return errors;
}

const CHANGE_ALONE = ['change'] as const;

/**
 * The rules of metadata on update.
 *
 * Each of upstream's layers checks metadata, and an error is reported once per layer: the metadata of every kind is checked as a whole and
 * as a change, and then by the kind's own rules.
 */
export function validateObjectMetaUpdate(meta: ObjectMeta | undefined, old: ObjectMeta | undefined, checks: MetadataChecks = {}): FieldError[] {
  const errors: FieldError[] = [];
  const next = meta ?? {};
  checkWhole(errors, next, METADATA);
  checkChange(errors, next, old ?? {});
  for (const look of checks.onUpdate ?? CHANGE_ALONE) {
    if (look === 'whole') checkWhole(errors, next, METADATA);
    else checkChange(errors, next, old ?? {});
    if (!checks.anyFinalizer) checkFinalizersKnown(errors, next.finalizers, METADATA);
  }
  return errors;
}

function checkChange(errors: FieldError[], next: ObjectMeta, last: ObjectMeta): void {
  if (last.deletionTimestamp) {
    const before = new Set(last.finalizers);
    const added = (next.finalizers ?? []).filter((finalizer) => !before.has(finalizer)).sort();
    if (added.length > 0) {
      errors.push(
        forbidden(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`,
        ),
      );
    }
  }
  if (!next.resourceVersion) errors.push(invalid('metadata.resourceVersion', next.resourceVersion ?? '', 'must be specified for an update'));
  if ((next.generation ?? 0) < (last.generation ?? 0)) errors.push(invalid('metadata.generation', next.generation ?? 0, 'must not be decremented'));
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if (next[field] !== last[field]) checkImmutable(errors, next[field], last[field], `metadata.${field}`);
  }
  checkMaps(errors, next, METADATA);
}

function checkWhole(errors: FieldError[], meta: ObjectMeta, path: FieldPath): void {
  checkNonNegative(errors, meta.generation, path, 'generation');
  checkMaps(errors, meta, path);
  if (meta.finalizers) checkFinalizers(errors, meta.finalizers, childPath(path, 'finalizers'));
}

function checkMaps(errors: FieldError[], meta: ObjectMeta, path: FieldPath): void {
  if (meta.labels) checkLabels(errors, meta.labels, path, 'labels');
  if (meta.annotations) checkAnnotations(errors, meta.annotations, path, 'annotations');
  if (meta.ownerReferences) checkOwnerReferences(errors, meta.ownerReferences, childPath(path, 'ownerReferences'));
}

/** Keys are qualified names, values label values. Upstream names the map, not the key, in the error. */
export function checkLabels(errors: FieldError[], labels: Readonly<Record<string, string>>, path: FieldPath, name: string): void {
  checkEntries(labels, (key, value) => {
    if (errors.length >= ENOUGH_FAULTS) return;
    addFaults(errors, qualifiedNameFaults(key), key, path, name);
    addFaults(errors, labelValueFaults(value), value, path, name);
  });
}

/** Keys are qualified names in whatever case; the whole is at most 256 KiB. */
export function checkAnnotations(errors: FieldError[], annotations: Readonly<Record<string, string>>, path: FieldPath, name: string): void {
  let bytes = 0;
  const checkOne = (key: string, value: string) => {
    bytes += byteLength(key) + byteLength(value);
    if (errors.length < ENOUGH_FAULTS) addFaults(errors, qualifiedNameFaults(key.toLowerCase()), key, path, name);
  };
  checkEntries(annotations, checkOne, () => {
    if (bytes > MAX_ANNOTATIONS_BYTES) errors.push(tooLong(pathText(path, name), MAX_ANNOTATIONS_BYTES));
  });
}

function checkOwnerReferences(errors: FieldError[], references: readonly OwnerReference[], path: FieldPath): void {
  let controller: string | undefined;
  checkEach(references, (reference) => {
    if (errors.length >= ENOUGH_FAULTS) return;
    const version = reference.apiVersion?.split('/').at(-1) ?? '';
    if (version === '') errors.push(invalid(pathText(path, 'apiVersion'), reference.apiVersion ?? '', 'version must not be empty'));
    for (const field of ['kind', 'name', 'uid'] as const) {
      if (!reference[field]) errors.push(invalid(pathText(path, field), reference[field] ?? '', 'must not be empty'));
    }
    if (reference.apiVersion === 'v1' && reference.kind === 'Event') {
      errors.push(invalid(pathText(path), reference, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (reference.controller !== true) return;
    const current = `${reference.kind}/${reference.name}`;
    if (controller === undefined) controller = current;
    else {
      errors.push(
        invalid(
          pathText(path),
          references,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${current}`,
        ),
      );
    }
  });
}

function checkFinalizers(errors: FieldError[], finalizers: readonly string[], path: FieldPath): void {
  checkEach(finalizers, (finalizer) => {
    if (errors.length < ENOUGH_FAULTS) addFaults(errors, qualifiedNameFaults(finalizer), finalizer, path);
  });
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(pathText(path), finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
}

function checkFinalizersKnown(errors: FieldError[], finalizers: readonly string[] | undefined, path: FieldPath): void {
  checkEach(finalizers ?? [], (finalizer, index) => {
    if (errors.length < ENOUGH_FAULTS && !isKnownFinalizer(finalizer))
      errors.push(invalid(`${pathText(path, 'finalizers')}[${index}]`, finalizer, UNKNOWN_FINALIZER));
  });
}

export const isStandardFinalizer = (finalizer: string): boolean => STANDARD_FINALIZERS.has(finalizer);
const isKnownFinalizer = (finalizer: string): boolean => finalizer.includes('/') || isStandardFinalizer(finalizer);

/** The finalizers of a namespace's spec hold to the same rule as those of metadata. */
export function checkFinalizerName(errors: FieldError[], finalizer: string, path: FieldPath): void {
  addFaults(errors, qualifiedNameFaults(finalizer), finalizer, path);
  if (!isKnownFinalizer(finalizer)) errors.push(invalid(pathText(path), finalizer, UNKNOWN_FINALIZER));
}
