import { semanticEqual } from '../../../../base/equality.ts';
import type { SubresourceRules } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import { checkPodAnnotations, checkPodAnnotationsUpdate, MIRROR_POD } from '../../../pod/spec/pod-annotations-validation.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden } from '../../../schema/field-error.ts';
import type { Pod } from './schema.ts';
import { checkPod, POD_ANNOTATIONS } from './validation.ts';

const isMirror = (pod: Pod): boolean => pod.metadata?.annotations?.[MIRROR_POD] !== undefined;

/** Keeps only the ephemeral containers of an update through `ephemeralcontainers`. */
export function prepareEphemeralContainersUpdate(pod: Pod, old: Live<Pod>): void {
  const ephemeralContainers = pod.spec?.ephemeralContainers;
  pod.spec = { ...(old.spec ?? { containers: [] }), ephemeralContainers };
  pod.status = old.status;
  pod.metadata = { ...old.metadata, resourceVersion: pod.metadata?.resourceVersion };
}

/** The rules of the `ephemeralcontainers` subresource: containers are added, never changed or removed. */
export function validateEphemeralContainersUpdate(pod: Pod, old: Live<Pod>): FieldError[] {
  if (isMirror(old)) return [forbidden('', 'static pods do not support ephemeral containers')];
  const errors: FieldError[] = [];
  checkPod(errors, pod);
  checkPodAnnotationsUpdate(errors, pod.metadata?.annotations, old.metadata.annotations, POD_ANNOTATIONS);
  if (pod.spec) checkPodAnnotations(errors, pod.metadata?.annotations, pod.spec, POD_ANNOTATIONS);
  const now = new Map((pod.spec?.ephemeralContainers ?? []).map((container) => [container.name, container]));
  for (const container of old.spec?.ephemeralContainers ?? []) {
    const name = JSON.stringify(container.name);
    const same = now.get(container.name);
    if (!same) errors.push(forbidden('spec.ephemeralContainers', `existing ephemeral containers ${name} may not be removed`));
    else if (!semanticEqual(same, container)) {
      errors.push(forbidden('spec.ephemeralContainers', `existing ephemeral containers ${name} may not be changed`));
    }
  }
  return errors;
}

export const ephemeralContainersRules: SubresourceRules = { prepare: prepareEphemeralContainersUpdate, validate: validateEphemeralContainersUpdate };
