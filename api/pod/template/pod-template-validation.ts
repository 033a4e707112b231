import type { FieldError } from '../../schema/field-error.ts';
import { forbidden, notSupported } from '../../schema/field-error.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, pathText } from '../../validation/field-path.ts';
import { checkAnnotations, checkLabels } from '../../validation/object-meta.ts';
import { checkPodAnnotations, checkProfileAnnotations } from '../spec/pod-annotations-validation.ts';
import { checkPodSpec } from '../spec/pod-spec-validation.ts';
import type { PodTemplateSpec } from './pod-template.ts';

/** Checks a pod template. */
export function checkPodTemplate(errors: FieldError[], template: PodTemplateSpec, path: FieldPath): void {
  const { labels, annotations } = template.metadata ?? {};
  const spec = template.spec ?? { containers: [] };
  const specPath = childPath(path, 'spec');
  if (labels) checkLabels(errors, labels, path, 'labels');
  if (annotations) checkAnnotations(errors, annotations, path, 'annotations');
  checkPodAnnotations(errors, annotations, spec, childPath(path, 'annotations'));
  checkPodSpec(errors, spec, { isPod: false, name: undefined }, specPath);
  checkProfileAnnotations(errors, annotations, spec, specPath);
  if (spec.ephemeralContainers?.length) {
    errors.push(forbidden(pathText(specPath, 'ephemeralContainers'), 'ephemeral containers not allowed in pod template'));
  }
}

/** Checks that pods run without end, as controllers that keep a number of pods running require. */
export function checkLongRunning(errors: FieldError[], template: PodTemplateSpec, controller: string, path: FieldPath): void {
  const spec = template.spec;
  if (spec?.restartPolicy !== 'Always') errors.push(notSupported(pathText(path, 'spec', 'restartPolicy'), spec?.restartPolicy ?? '', ['Always']));
  if (spec?.activeDeadlineSeconds !== undefined) {
    errors.push(forbidden(pathText(path, 'spec', 'activeDeadlineSeconds'), `activeDeadlineSeconds in ${controller} is not Supported`));
  }
}
