import { semanticEqual } from '../../../../base/equality.ts';
import type { Live } from '../../../meta/object.ts';
import type { Container } from '../../../pod/container/container.ts';
import { checkImageSpacing } from '../../../pod/container/container-validation.ts';
import type { NodeAffinity, NodeSelectorTerm } from '../../../pod/placement/affinity.ts';
import { checkAddedTolerations } from '../../../pod/placement/toleration-validation.ts';
import { checkPodAnnotations, checkPodAnnotationsUpdate } from '../../../pod/spec/pod-annotations-validation.ts';
import type { PodSpec } from '../../../pod/spec/pod-spec.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid, required } from '../../../schema/field-error.ts';
import { changesText } from '../../../validation/changes-text.ts';
import { childPath, indexPath, pathText } from '../../../validation/field-path.ts';
import { inRangeText } from '../../../validation/name-rules.ts';
import type { Pod } from './schema.ts';
import { checkPod, POD_ANNOTATIONS, SPEC } from './validation.ts';

const MAX_INT32 = 2147483647;
const REQUIRED_TERMS = 'requiredDuringSchedulingIgnoredDuringExecution';
const CHANGEABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** The rules of an update of a pod by its main resource: of the spec only a few fields may change. */
export function validatePodUpdate(pod: Pod, old: Live<Pod>): FieldError[] {
  const errors: FieldError[] = [];
  const spec = pod.spec ?? { containers: [] };
  const before = old.spec ?? { containers: [] };
  checkPod(errors, pod);
  checkPodAnnotationsUpdate(errors, pod.metadata?.annotations, old.metadata.annotations, POD_ANNOTATIONS);
  checkPodAnnotations(errors, pod.metadata?.annotations, spec, POD_ANNOTATIONS);
  for (const list of ['containers', 'initContainers'] as const) {
    if (!checkImages(errors, spec[list] ?? [], before[list] ?? [], list)) return errors;
  }
  if (!checkDeadline(errors, spec.activeDeadlineSeconds, before.activeDeadlineSeconds)) return errors;
  checkAddedTolerations(errors, spec.tolerations ?? [], before.tolerations ?? [], childPath(SPEC, 'tolerations'));
  checkGatesOnlyRemoved(errors, spec, before);
  if (semanticEqual(spec, before)) return errors;
  const comparable = withoutChangeable(spec, before);
  if (before.schedulingGates?.length) allowGatedChanges(errors, comparable, spec, before);
  if (!semanticEqual(comparable, before))
    errors.push(forbidden('spec', `pod updates may not change fields other than ${CHANGEABLE}\n${changesText(comparable, before)}`));
  return errors;
}

/** Returns false if further checks make no sense. */
function checkImages(
  errors: FieldError[],
  containers: readonly Container[],
  old: readonly Container[],
  list: 'containers' | 'initContainers',
): boolean {
  const path = childPath(SPEC, list);
  if (containers.length !== old.length) {
    errors.push(forbidden(pathText(path), 'pod updates may not add or remove containers'));
    return false;
  }
  containers.forEach((container, i) => {
    if (!container.image) errors.push(required(pathText(indexPath(path, i), 'image')));
    checkImageSpacing(errors, container, indexPath(path, i));
  });
  return true;
}

/** A deadline may be set, and made shorter. Returns false if further checks make no sense. */
function checkDeadline(errors: FieldError[], deadline: number | undefined, old: number | undefined): boolean {
  const field = 'spec.activeDeadlineSeconds';
  if (deadline === undefined) {
    if (old !== undefined) errors.push(invalid(field, null, 'must not update from a positive integer to nil value'));
    return true;
  }
  if (deadline < 0 || deadline > MAX_INT32) errors.push(invalid(field, deadline, inRangeText(0, MAX_INT32)));
  else if (old !== undefined && old < deadline) errors.push(invalid(field, deadline, 'must be less than or equal to previous value'));
  else return true;
  return false;
}

function checkGatesOnlyRemoved(errors: FieldError[], spec: PodSpec, old: PodSpec): void {
  const before = new Set(old.schedulingGates?.map((gate) => gate.name));
  spec.schedulingGates?.forEach((gate, i) => {
    if (before.has(gate.name)) return;
    errors.push(forbidden(`spec.schedulingGates[${i}].name`, `only deletion is allowed, but found new scheduling gate '${gate.name}'`));
  });
}

/** Returns the spec with the changeable fields set back to their old values. */
function withoutChangeable(spec: PodSpec, old: PodSpec): PodSpec {
  const imagesOf = (containers: readonly Container[] | undefined, before: readonly Container[] | undefined) =>
    containers?.map((container, i) => ({ ...container, image: before?.[i]?.image }));
  const wasNegative = (old.terminationGracePeriodSeconds ?? 0) < 0;
  return {
    ...spec,
    containers: imagesOf(spec.containers, old.containers) ?? [],
    initContainers: imagesOf(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
    terminationGracePeriodSeconds:
      wasNegative && spec.terminationGracePeriodSeconds === 1 ? old.terminationGracePeriodSeconds : spec.terminationGracePeriodSeconds,
  };
}

/** Allows the placement of a pod to be narrowed while scheduling gates hold it back. */
function allowGatedChanges(errors: FieldError[], comparable: PodSpec, spec: PodSpec, old: PodSpec): void {
  for (const key in old.nodeSelector) {
    if (spec.nodeSelector?.[key] === old.nodeSelector[key]) continue;
    errors.push(
      invalid('spec.nodeSelector', spec.nodeSelector ?? null, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'),
    );
    break;
  }
  comparable.nodeSelector = old.nodeSelector;
  if (semanticEqual(spec.affinity?.nodeAffinity, old.affinity?.nodeAffinity)) return;
  checkNarrowedAffinity(errors, spec.affinity?.nodeAffinity, old.affinity?.nodeAffinity);
  comparable.affinity = { ...spec.affinity, nodeAffinity: old.affinity?.nodeAffinity };
}

function checkNarrowedAffinity(errors: FieldError[], affinity: NodeAffinity | undefined, old: NodeAffinity | undefined): void {
  const oldTerms = old?.[REQUIRED_TERMS]?.nodeSelectorTerms ?? [];
  if (oldTerms.length === 0) return;
  const terms = affinity?.[REQUIRED_TERMS]?.nodeSelectorTerms ?? [];
  const field = `spec.affinity.nodeAffinity.${REQUIRED_TERMS}.nodeSelectorTerms`;
  if (terms.length !== oldTerms.length) {
    errors.push(invalid(field, terms, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'));
    return;
  }
  oldTerms.forEach((term, i) => {
    if (!onlyAdds(terms[i] ?? {}, term)) errors.push(invalid(`${field}[${i}]`, terms[i], 'only additions are allowed (no mutations or deletions)'));
  });
}

/** Returns whether a term only adds requirements, and so matches less. A term without requirements matches nothing, so it may not get any. */
function onlyAdds(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const parts = ['matchExpressions', 'matchFields'] as const;
  if (parts.every((part) => !old[part]?.length)) return parts.every((part) => !term[part]?.length);
  return parts.every((part) => semanticEqual(term[part]?.slice(0, old[part]?.length ?? 0), old[part]));
}
