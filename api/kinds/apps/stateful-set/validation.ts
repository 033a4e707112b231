import { semanticEqual } from '../../../../base/equality.ts';
import type { Live } from '../../../meta/object.ts';
import { checkPodAnnotations } from '../../../pod/spec/pod-annotations-validation.ts';
import type { PodTemplateSpec } from '../../../pod/template/pod-template.ts';
import { checkLongRunning, checkPodTemplate } from '../../../pod/template/pod-template-validation.ts';
import { checkClaimSpec } from '../../../pod/volume/persistent-volume-claim-validation.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, notSupported, required } from '../../../schema/field-error.ts';
import { selectorFrom } from '../../../selector/selector.ts';
import { childPath, indexPath, pathText, rootPath } from '../../../validation/field-path.ts';
import { addFaults, checkNonNegative } from '../../../validation/field-rules.ts';
import { checkLabelSelector, isEmptySelector } from '../../../validation/label-selector.ts';
import { dns1123LabelFaults } from '../../../validation/name-rules.ts';
import { checkAnnotations, checkLabels } from '../../../validation/object-meta.ts';
import type { PersistentVolumeClaim } from '../../core/persistent-volume-claim/schema.ts';
import { amountOf, checkAtMostWhole, checkIntOrPercent } from '../int-or-percent-validation.ts';
import type { StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy } from './schema.ts';

/** Anything may be missing from what is validated. */
type Spec = Partial<StatefulSetSpec>;

const SPEC = rootPath('spec');
const STATUS = rootPath('status');
const TEMPLATE = childPath(SPEC, 'template');
const STRATEGY = childPath(SPEC, 'updateStrategy');
const ROLLING = childPath(STRATEGY, 'rollingUpdate');
const RETENTION = childPath(SPEC, 'persistentVolumeClaimRetentionPolicy');
const MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;
const OTHERS_FORBIDDEN =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', " +
  "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function checkSpec(errors: FieldError[], spec: Spec, isUpdate: boolean): void {
  const policy = spec.podManagementPolicy;
  if (!policy) errors.push(required('spec.podManagementPolicy'));
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    errors.push(invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  }
  checkStrategy(errors, spec.updateStrategy ?? {});
  if (spec.persistentVolumeClaimRetentionPolicy) {
    for (const when of ['whenDeleted', 'whenScaled'] as const) {
      const what = spec.persistentVolumeClaimRetentionPolicy[when] ?? '';
      if (what !== 'Retain' && what !== 'Delete') errors.push(notSupported(pathText(RETENTION, when), what, ['Retain', 'Delete']));
    }
  }
  checkNonNegative(errors, spec.replicas, SPEC, 'replicas');
  checkNonNegative(errors, spec.minReadySeconds, SPEC, 'minReadySeconds');
  checkNonNegative(errors, spec.ordinals?.start, childPath(SPEC, 'ordinals'), 'start');
  checkSelectorAndTemplate(errors, spec, isUpdate);
}

function checkStrategy(errors: FieldError[], { type, rollingUpdate }: StatefulSetUpdateStrategy): void {
  switch (type) {
    case undefined:
    case '':
      errors.push(required(pathText(STRATEGY)));
      return;
    case 'OnDelete':
      if (rollingUpdate) errors.push(invalid(pathText(ROLLING), internal(rollingUpdate), "only allowed for updateStrategy 'RollingUpdate'"));
      return;
    case 'RollingUpdate':
      checkNonNegative(errors, rollingUpdate?.partition, ROLLING, 'partition');
      if (rollingUpdate?.maxUnavailable !== undefined) checkMaxUnavailable(errors, rollingUpdate.maxUnavailable);
      return;
    default: {
      const shown = { Type: type, RollingUpdate: rollingUpdate ? internal(rollingUpdate) : null };
      errors.push(invalid(pathText(STRATEGY), shown, "must be 'RollingUpdate' or 'OnDelete'"));
    }
  }
}

/** The form that upstream's server holds, and shows in errors. */
const internal = ({
  partition = 0,
  maxUnavailable = null,
}: {
  partition?: number | undefined;
  maxUnavailable?: number | string | null | undefined;
}) => ({
  Partition: partition,
  MaxUnavailable: maxUnavailable,
});

function checkMaxUnavailable(errors: FieldError[], value: number | string): void {
  checkIntOrPercent(errors, value, ROLLING, 'maxUnavailable');
  if (amountOf(value) === 0) errors.push(invalid(pathText(ROLLING, 'maxUnavailable'), value, 'cannot be 0'));
  checkAtMostWhole(errors, value, ROLLING, 'maxUnavailable');
}

function checkSelectorAndTemplate(errors: FieldError[], spec: Spec, isUpdate: boolean): void {
  const { selector, template = {} } = spec;
  const before = errors.length;
  if (!selector) errors.push(required('spec.selector'));
  else {
    checkLabelSelector(errors, selector, childPath(SPEC, 'selector'));
    if (errors.length > before) errors.push(invalid('spec.selector', selector, ''));
    else if (isEmptySelector(selector)) errors.push(invalid('spec.selector', selector, 'empty selector is invalid for statefulset'));
  }
  // An invalid selector cannot be matched with the template; nor is the template looked at, as upstream.
  if (selector && errors.length > before && !isEmptySelector(selector)) {
    checkLongRunning(errors, template, 'StatefulSet', TEMPLATE);
    return;
  }
  const labels = template.metadata?.labels;
  if (!selectorFrom(selector).matches(labels)) {
    errors.push(invalid(pathText(TEMPLATE, 'metadata', 'labels'), labels ?? null, '`selector` does not match template `labels`'));
  }
  // On update upstream looks at the labels and annotations of a template twice.
  if (isUpdate) checkTemplateMetadata(errors, template);
  checkPodTemplate(errors, asMade(template, spec.volumeClaimTemplates ?? []), TEMPLATE);
  checkLongRunning(errors, template, 'StatefulSet', TEMPLATE);
}

function checkTemplateMetadata(errors: FieldError[], { metadata, spec }: PodTemplateSpec): void {
  if (metadata?.labels) checkLabels(errors, metadata.labels, TEMPLATE, 'labels');
  if (metadata?.annotations) checkAnnotations(errors, metadata.annotations, TEMPLATE, 'annotations');
  checkPodAnnotations(errors, metadata?.annotations, spec ?? { containers: [] }, childPath(TEMPLATE, 'annotations'));
}

/**
 * Returns the template as the controller makes pods of it: it names their hosts, and the claims' volumes replace those of the same name.
 */
function asMade(template: PodTemplateSpec, claims: readonly PersistentVolumeClaim[]): PodTemplateSpec {
  const named = new Map(claims.map((claim) => [claim.metadata?.name ?? '', claim]));
  const volumes = [...named.keys()].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const kept = (template.spec?.volumes ?? []).filter(({ name }) => !named.has(name ?? ''));
  const spec = { containers: [], ...template.spec, volumes: [...volumes, ...kept] };
  return { ...template, spec: { ...spec, hostname: undefined, subdomain: undefined } };
}

export function validateStatefulSet(set: StatefulSet): FieldError[] {
  const errors: FieldError[] = [];
  const spec: Spec = set.spec ?? {};
  if (spec.serviceName) addFaults(errors, dns1123LabelFaults(spec.serviceName), spec.serviceName, SPEC, 'serviceName');
  spec.volumeClaimTemplates?.forEach((claim, i) => {
    checkClaimSpec(errors, claim.spec ?? {}, childPath(indexPath(childPath(SPEC, 'volumeClaimTemplates'), i), 'spec'));
  });
  checkSpec(errors, spec, false);
  return errors;
}

export function validateStatefulSetUpdate(set: StatefulSet, old: Live<StatefulSet>): FieldError[] {
  const errors: FieldError[] = [];
  checkSpec(errors, set.spec ?? {}, true);
  const kept: Spec = { ...set.spec };
  for (const field of MUTABLE) Object.assign(kept, { [field]: old.spec?.[field] });
  if (!semanticEqual(kept, old.spec)) errors.push(forbidden('spec', OTHERS_FORBIDDEN));
  return errors;
}

export function validateStatefulSetStatus({ status = { replicas: 0 } }: StatefulSet, old: Live<StatefulSet>): FieldError[] {
  const errors: FieldError[] = [];
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  for (const counter of [
    'replicas',
    'readyReplicas',
    'currentReplicas',
    'updatedReplicas',
    'availableReplicas',
    'observedGeneration',
    'collisionCount',
  ] as const) {
    checkNonNegative(errors, status[counter], STATUS, counter);
  }
  for (const part of ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const) {
    const value = status[part] ?? 0;
    if (value > replicas) errors.push(invalid(`status.${part}`, value, 'cannot be greater than status.replicas'));
  }
  if (availableReplicas > readyReplicas) {
    errors.push(invalid('status.availableReplicas', availableReplicas, 'cannot be greater than status.readyReplicas'));
  }
  const before = old.status?.collisionCount;
  const collisions = status.collisionCount;
  if (before !== undefined && (collisions === undefined || collisions < before)) {
    errors.push(invalid('status.collisionCount', collisions ?? 0, 'cannot be decremented'));
  }
  return errors;
}
