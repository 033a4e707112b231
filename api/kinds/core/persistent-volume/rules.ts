import { semanticEqual } from '../../../../base/equality.ts';
import { hasMembers } from '../../../../base/json/long-values.ts';
import type { Steps } from '../../../../base/steps.ts';
import type { Strategy } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import { roundAmounts } from '../../../pod/container/container-defaults.ts';
import type { NodeSelector, NodeSelectorRequirement } from '../../../pod/placement/affinity.ts';
import { checkNodeSelector } from '../../../pod/placement/affinity-validation.ts';
import { ACCESS_MODES } from '../../../pod/volume/persistent-volume-claim-validation.ts';
import { defaultNetworkVolume } from '../../../pod/volume/volume-defaults.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { checkEach, forbidden, invalid, notSupported, required, searchLater } from '../../../schema/field-error.ts';
import { signOfQuantity, valueOfQuantity } from '../../../schema/quantity.ts';
import { changesText } from '../../../validation/changes-text.ts';
import type { FieldPath } from '../../../validation/field-path.ts';
import { childPath, entryText, pathText, rootPath } from '../../../validation/field-path.ts';
import { addFaults, checkImmutable, checkOptionalChoice, NOT_POSITIVE } from '../../../validation/field-rules.ts';
import { subdomainName } from '../../../validation/name-rules.ts';
import type { PersistentVolume, PersistentVolumeSpec, VolumeNodeAffinity } from './schema.ts';
import { checkSource, SOURCES } from './source-rules.ts';

const SPEC = rootPath('spec');
const RECLAIM_POLICIES: readonly string[] = ['Delete', 'Recycle', 'Retain'];
const VOLUME_MODES: readonly string[] = ['Block', 'Filesystem'];
export const NOT_A_QUANTITY = 'must be a valid resource quantity';

function checkModes(errors: FieldError[], modes: readonly string[], path: FieldPath): void {
  const field = pathText(path, 'accessModes');
  if (modes.length === 0) errors.push(required(field));
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(field, mode, ACCESS_MODES));
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod')) {
    errors.push(forbidden(field, 'may not use ReadWriteOncePod with other access modes'));
  }
}

function checkCapacity(errors: FieldError[], capacity: Readonly<Record<string, string>> | undefined): void {
  const names = Object.keys(capacity ?? {});
  if (names.length === 0) errors.push(required('spec.capacity'));
  if (names.length !== 1 || names[0] !== 'storage') searchLater(() => refuseCapacity(errors, capacity));
  checkEach(names, (name) => {
    const amount = capacity?.[name] ?? '0';
    const value = valueOfQuantity(amount);
    if (value < 0) errors.push(invalid(entryText(SPEC, 'capacity', name), value, NOT_A_QUANTITY));
    if (signOfQuantity(amount) <= 0) errors.push(invalid(entryText(SPEC, 'capacity', name), amount, NOT_POSITIVE));
  });
}

function* refuseCapacity(errors: FieldError[], capacity: Readonly<Record<string, string>> | undefined): Steps<void> {
  yield;
  errors.push(notSupported('spec.capacity', capacity ?? null, ['storage']));
}

function checkAffinity(errors: FieldError[], affinity: VolumeNodeAffinity | undefined, path: FieldPath): void {
  if (!affinity) return;
  if (affinity.required) checkNodeSelector(errors, affinity.required, childPath(path, 'required'));
  else errors.push(required(pathText(path, 'required'), 'must specify required node constraints'));
}

function checkClass(errors: FieldError[], name: string, path: FieldPath, field: string): void {
  addFaults(errors, subdomainName(name, false), name, path, field);
}

function validate({ spec = {} }: PersistentVolume): FieldError[] {
  const errors: FieldError[] = [];
  checkModes(errors, spec.accessModes ?? [], SPEC);
  checkCapacity(errors, spec.capacity);
  const policy = spec.persistentVolumeReclaimPolicy ?? '';
  if (policy !== '' && !RECLAIM_POLICIES.includes(policy)) {
    errors.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, RECLAIM_POLICIES));
  }
  checkAffinity(errors, spec.nodeAffinity, childPath(SPEC, 'nodeAffinity'));
  checkSource(errors, spec, SPEC);
  if (spec.local && !spec.nodeAffinity) errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  if (/^\/+$/.test(spec.hostPath?.path ?? '') && policy === 'Recycle') {
    errors.push(forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"));
  }
  if (spec.storageClassName) checkClass(errors, spec.storageClassName, SPEC, 'storageClassName');
  checkOptionalChoice(errors, spec.volumeMode, VOLUME_MODES, SPEC, 'volumeMode');
  checkAttributesClass(errors, spec);
  return errors;
}

function checkAttributesClass(errors: FieldError[], { volumeAttributesClassName: name, csi }: PersistentVolumeSpec): void {
  if (name === undefined) return;
  if (name === '') errors.push(required('spec.volumeAttributesClassName', 'an empty string is disallowed'));
  else checkClass(errors, name, SPEC, 'volumeAttributesClassName');
  if (!csi) errors.push(required('spec.csi', 'has to be specified when using volumeAttributesClassName'));
}

/** Checks a volume that stands in a VolumeAttachment: what belongs to a stored volume only is refused. */
export function checkInlineVolume(errors: FieldError[], spec: PersistentVolumeSpec, path: FieldPath): void {
  const refuse = (field: string) => errors.push(forbidden(pathText(path, field), 'may not be specified in the context of inline volumes'));
  if (spec.claimRef) refuse('claimRef');
  if (hasMembers(spec.capacity ?? {})) refuse('capacity');
  if (!spec.csi) errors.push(required(pathText(path, 'csi'), 'has to be specified in the context of inline volumes'));
  checkModes(errors, spec.accessModes ?? [], path);
  const policy = spec.persistentVolumeReclaimPolicy ?? '';
  if (policy !== '' && policy !== 'Retain') {
    errors.push(forbidden(pathText(path, 'persistentVolumeReclaimPolicy'), 'may only be Retain in the context of inline volumes'));
  }
  checkAffinity(errors, spec.nodeAffinity, childPath(path, 'nodeAffinity'));
  if (spec.nodeAffinity) refuse('nodeAffinity');
  checkSource(errors, spec, path);
  if (spec.storageClassName) refuse('storageClassName');
  if (spec.volumeMode !== undefined) refuse('volumeMode');
  if (spec.volumeAttributesClassName !== undefined) refuse('volumeAttributesClassName');
}

/** The source as of an update: a Secret for making a CSI volume larger may be added later. */
function sourceOf(spec: PersistentVolumeSpec, old: PersistentVolumeSpec): object {
  const source = Object.fromEntries(SOURCES.map((name) => [name, spec[name]]));
  const added = spec.csi && old.csi && old.csi.controllerExpandSecretRef === undefined;
  return added ? { ...source, csi: { ...spec.csi, controllerExpandSecretRef: undefined } } : source;
}

const STABLE_LABELS: ReadonlyMap<string, string> = new Map([
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['beta.kubernetes.io/instance-type', 'node.kubernetes.io/instance-type'],
  ['beta.kubernetes.io/os', 'kubernetes.io/os'],
  ['beta.kubernetes.io/arch', 'kubernetes.io/arch'],
]);

/**
 * A selector with the stable names of labels in the place of their beta names, where the new one has them. As in upstream, a key without a
 * stable name may also become empty here; the empty key is refused by another rule.
 */
function withStableLabels(old: NodeSelector, next: NodeSelector): NodeSelector {
  const stable = (list: readonly NodeSelectorRequirement[] | undefined, other: readonly NodeSelectorRequirement[] | undefined) =>
    list?.map((requirement, i) => {
      const key = STABLE_LABELS.get(requirement.key) ?? '';
      return key === other?.[i]?.key ? { ...requirement, key } : requirement;
    });
  return {
    nodeSelectorTerms: (old.nodeSelectorTerms ?? []).map((term, i) => {
      const other = next.nodeSelectorTerms?.[i];
      return {
        matchExpressions: stable(term.matchExpressions, other?.matchExpressions),
        matchFields: stable(term.matchFields, other?.matchFields),
      };
    }),
  };
}

/** Upstream shows an affinity by the names of its Go fields. */
function shownAffinity(affinity: VolumeNodeAffinity | undefined): object | null {
  const expressions = (list: readonly NodeSelectorRequirement[] | undefined) =>
    list?.map(({ key, operator, values }) => ({ Key: key, Operator: operator, Values: values ?? null })) ?? null;
  if (!affinity) return null;
  const terms = affinity.required?.nodeSelectorTerms?.map((term) => ({
    MatchExpressions: expressions(term.matchExpressions),
    MatchFields: expressions(term.matchFields),
  }));
  return { Required: affinity.required ? { NodeSelectorTerms: terms ?? null } : null };
}

function validateUpdate(volume: PersistentVolume, old: Live<PersistentVolume>): FieldError[] {
  // Two of upstream's layers check the whole object, and an error is reported once per layer.
  const once = validate(volume);
  const errors = [...once, ...once];
  const [spec, before] = [volume.spec ?? {}, old.spec ?? {}];
  const [source, sourceBefore] = [sourceOf(spec, before), sourceOf(before, before)];
  if (!semanticEqual(source, sourceBefore)) {
    const why = 'spec.persistentvolumesource is immutable after creation';
    errors.push(forbidden('spec.persistentvolumesource', `${why}\n${changesText(source ?? {}, sourceBefore ?? {})}`));
  }
  checkImmutable(errors, spec.volumeMode ?? null, before.volumeMode ?? null, 'volumeMode');
  const affinity = before.nodeAffinity;
  if (affinity && !semanticEqual(spec.nodeAffinity, affinity)) {
    const [required, wanted] = [affinity.required, spec.nodeAffinity?.required];
    if (!required || !wanted || !semanticEqual(withStableLabels(required, wanted), wanted)) {
      errors.push(invalid('nodeAffinity', shownAffinity(spec.nodeAffinity), 'field is immutable, except for updating from beta label to GA'));
    }
  }
  if (before.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    errors.push(forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

/** The rules of upstream's pkg/apis/core/validation and pkg/registry/core/persistentvolume. */
export const persistentVolumeStrategy: Strategy<PersistentVolume> = {
  metadataChecks: { onUpdate: ['whole', 'whole'] },
  default(volume) {
    volume.status ??= {};
    volume.status.phase ||= 'Pending';
    volume.spec ??= {};
    volume.spec.persistentVolumeReclaimPolicy ||= 'Retain';
    volume.spec.volumeMode ??= 'Filesystem';
    if (volume.spec.hostPath) volume.spec.hostPath.type ??= '';
    defaultNetworkVolume(volume.spec);
    roundAmounts(volume.spec.capacity);
  },
  prepareForCreate(volume) {
    volume.status = { phase: 'Pending', lastPhaseTransitionTime: volume.metadata?.creationTimestamp };
  },
  prepareForUpdate(volume, old) {
    volume.status = old.status;
  },
  prepareForStatusUpdate(volume, old) {
    volume.spec = old.spec;
  },
  validate,
  validateUpdate,
};
