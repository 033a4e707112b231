import type { Container } from '../../../pod/container/container.ts';
import { checkImageSpacing } from '../../../pod/container/container-validation.ts';
import { isSidecar } from '../../../pod/container/sidecar.ts';
import { checkPodAnnotations, checkProfileAnnotations } from '../../../pod/spec/pod-annotations-validation.ts';
import { checkPodSpec } from '../../../pod/spec/pod-spec-validation.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid } from '../../../schema/field-error.ts';
import { childPath, indexPath, rootPath } from '../../../validation/field-path.ts';
import type { Pod } from './schema.ts';

export const SPEC = rootPath('spec');
export const POD_ANNOTATIONS = childPath(rootPath('metadata'), 'annotations');

/** Checks the rules that hold for a pod at all times, without the generic ones of metadata. */
export function checkPod(errors: FieldError[], pod: Pod): void {
  const spec = pod.spec ?? { containers: [] };
  checkPodAnnotations(errors, pod.metadata?.annotations, spec, POD_ANNOTATIONS);
  checkPodSpec(errors, spec, { isPod: true, name: pod.metadata?.name }, SPEC);
  if (!spec.serviceAccountName) {
    spec.volumes?.forEach((volume, i) => {
      volume.projected?.sources?.forEach((source, j) => {
        if (!source.serviceAccountToken) return;
        errors.push(
          forbidden(`spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`, 'must not be specified when serviceAccountName is not set'),
        );
      });
    });
  }
  for (const list of ['containers', 'initContainers'] as const) {
    spec[list]?.forEach((container, i) => {
      checkImageSpacing(errors, container, indexPath(childPath(SPEC, list), i));
    });
  }
}

export function validatePod(pod: Pod): FieldError[] {
  const errors: FieldError[] = [];
  const spec = pod.spec ?? { containers: [] };
  checkPod(errors, pod);
  if (spec.ephemeralContainers?.length) errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (spec.nodeName && spec.schedulingGates?.length) {
    errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  checkInitResizePolicies(errors, spec.initContainers ?? []);
  checkProfileAnnotations(errors, pod.metadata?.annotations, spec, SPEC);
  return errors;
}

/** An init container that ends is not started again for a resize. Pods and templates that an earlier version accepted may say so. */
function checkInitResizePolicies(errors: FieldError[], initContainers: readonly Container[]): void {
  initContainers.forEach((container, i) => {
    if (isSidecar(container)) return;
    container.resizePolicy?.forEach(({ restartPolicy }, j) => {
      if (restartPolicy !== 'RestartContainer') return;
      const field = `spec.initContainers[${i}].resizePolicy[${j}].restartPolicy`;
      errors.push(invalid(field, restartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers"));
    });
  });
}
