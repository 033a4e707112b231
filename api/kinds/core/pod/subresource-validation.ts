import { semanticEqual } from '../../../../base/equality.ts';
import { own } from '../../../../base/json.ts';
import type { SubresourceRules } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import type { Container } from '../../../pod/container/container.ts';
import { isSidecar } from '../../../pod/container/sidecar.ts';
import type { ResourceRequirements } from '../../../pod/resources/resources.ts';
import { checkPodAnnotations, checkPodAnnotationsUpdate, MIRROR_POD } from '../../../pod/spec/pod-annotations-validation.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid } from '../../../schema/field-error.ts';
import { qosClassOf, qosClassOfPod } from './qos.ts';
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

const LISTS = ['containers', 'initContainers'] as const;

/** Whether both have containers of the same names in the same order. */
const hasSameContainers = (pod: Pod, old: Live<Pod>): boolean =>
  LISTS.every((list) => semanticEqual(pod.spec?.[list]?.map(({ name }) => name) ?? [], old.spec?.[list]?.map(({ name }) => name) ?? []));

function checkSameContainers(errors: FieldError[], pod: Pod, old: Live<Pod>): void {
  for (const list of LISTS) {
    const before = old.spec?.[list] ?? [];
    const now = pod.spec?.[list] ?? [];
    const field = `spec.${list}`;
    if (now.length !== before.length) errors.push(forbidden(field, `${list} may not be added or removed on resize`));
    else {
      before.forEach(({ name }, i) => {
        if (now[i]?.name !== name) errors.push(forbidden(`${field}[${i}].name`, `${list} may not be renamed or reordered on resize`));
      });
    }
  }
}

/** Keeps only the resources and resize policies of containers of an update through `resize`. */
export function prepareResize(pod: Pod, old: Live<Pod>): void {
  const spec = old.spec ?? { containers: [] };
  // Validation reports containers that were added, removed or renamed.
  if (pod.spec && !hasSameContainers(pod, old)) {
    pod.spec = { ...spec, containers: pod.spec.containers ?? [], initContainers: pod.spec.initContainers };
    pod.status = old.status;
    pod.metadata = { ...old.metadata, resourceVersion: pod.metadata?.resourceVersion };
    return;
  }
  const resized = (containers: readonly Container[] | undefined, before: readonly Container[] | undefined) =>
    before?.map((container, i) => {
      const next = containers?.[i];
      return next?.name === container.name ? { ...container, resources: next.resources, resizePolicy: next.resizePolicy } : container;
    });
  pod.spec = {
    ...spec,
    containers: resized(pod.spec?.containers, spec.containers) ?? [],
    initContainers: resized(pod.spec?.initContainers, spec.initContainers),
  };
  pod.status = old.status;
  pod.metadata = { ...old.metadata, resourceVersion: pod.metadata?.resourceVersion };
}

/** The rules of the `resize` subresource (KEP-1287). */
export function validateResize(pod: Pod, old: Live<Pod>): FieldError[] {
  if (isMirror(old)) return [forbidden('', 'static pods cannot be resized')];
  if (old.spec?.os?.name === 'windows') return [forbidden('', 'windows pods cannot be resized')];
  const errors: FieldError[] = [];
  checkPod(errors, pod);
  if (qosClassOfPod(old) !== qosClassOf(pod.spec)) {
    errors.push(
      invalid('spec', pod.spec?.containers.length === 0 ? '' : qosClassOf(pod.spec), 'Pod QOS Class may not change as a result of resizing'),
    );
  }
  if (!hasSameContainers(pod, old)) {
    checkSameContainers(errors, pod, old);
    return errors;
  }
  const running = old.status?.containerStatuses?.find((status) => status.state?.running);
  if (running && !running.resources) errors.push(forbidden('spec', 'Pod running on node without support for resize'));
  for (const list of ['initContainers', 'containers'] as const) {
    old.spec?.[list]?.forEach((before, i) => {
      const now = pod.spec?.[list]?.[i];
      if (!now) return;
      if (list === 'initContainers' && !isSidecar(before)) {
        if (!semanticEqual(now, before)) errors.push(forbidden('spec', 'resources for non-sidecar init containers are immutable'));
        return;
      }
      checkResourcesKept(errors, now.resources, before.resources, `spec.${list}[${i}].resources`);
      if (!semanticEqual(withoutCompute(now), withoutCompute(before))) {
        const what = list === 'containers' ? 'resources' : 'resources for sidecar containers';
        errors.push(forbidden('spec', `only cpu and memory ${what} are mutable`));
      }
    });
  }
  return errors;
}

function checkResourcesKept(
  errors: FieldError[],
  resources: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
  field: string,
): void {
  for (const kind of ['requests', 'limits'] as const) {
    const removed = Object.keys(old?.[kind] ?? {}).some((name) => own(resources?.[kind], name) === undefined);
    if (removed) errors.push(forbidden(`${field}.${kind}`, `resource ${kind} cannot be removed`));
  }
}

/** Returns a container without the fields that a resize may change. */
function withoutCompute(container: Container): Container {
  const others = (amounts: Readonly<Record<string, string>> | undefined) => {
    const { cpu: _cpu, memory: _memory, ...rest } = amounts ?? {};
    return rest;
  };
  const { limits, requests, claims } = container.resources ?? {};
  return { ...container, resources: { claims, limits: others(limits), requests: others(requests) } };
}

export const ephemeralContainersRules: SubresourceRules = { prepare: prepareEphemeralContainersUpdate, validate: validateEphemeralContainersUpdate };
export const resizeRules: SubresourceRules = { prepare: prepareResize, validate: validateResize };
