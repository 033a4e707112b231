import { semanticEqual } from '../../../../base/equality.ts';
import { own } from '../../../../base/json.ts';
import type { SubresourceRules } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import type { Container } from '../../../pod/container/container.ts';
import { isSidecar } from '../../../pod/container/sidecar.ts';
import type { ResourceRequirements } from '../../../pod/resources/resources.ts';
import { MIRROR_POD } from '../../../pod/spec/pod-annotations-validation.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { forbidden, invalid } from '../../../schema/field-error.ts';
import { qosClassOf, qosClassOfPod } from './qos.ts';
import type { Pod } from './schema.ts';
import { checkPod } from './validation.ts';

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

/** Keeps only the resources of the pod as a whole, and the resources and resize policies of its containers, of an update through `resize`. */
export function prepareResize(pod: Pod, old: Live<Pod>): void {
  const spec = { ...(old.spec ?? { containers: [] }), resources: pod.spec?.resources };
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

/** The rules of the `resize` subresource (KEP-1287, and KEP-5419 for the resources of a pod as a whole). */
export function validateResize(pod: Pod, old: Live<Pod>): FieldError[] {
  if (old.metadata.annotations?.[MIRROR_POD] !== undefined) return [forbidden('', 'static pods cannot be resized')];
  if (old.spec?.os?.name === 'windows') return [forbidden('', 'windows pods cannot be resized')];
  const errors: FieldError[] = [];
  checkPod(errors, pod);
  if (qosClassOfPod(old) !== qosClassOf(pod.spec)) {
    errors.push(
      invalid('spec', pod.spec?.containers.length === 0 ? '' : qosClassOf(pod.spec), 'Pod QOS Class may not change as a result of resizing'),
    );
  }
  const running = old.status?.containerStatuses?.find((status) => status.state?.running);
  if (running && !running.resources) errors.push(forbidden('spec', 'Pod running on node without support for resize'));
  checkPodLevelResources(errors, pod.spec?.resources, old.spec?.resources);
  if (old.status?.nodeAllocatableResourceClaimStatuses?.length) {
    errors.push(forbidden('spec', 'pods with node allocatable resource claims cannot be resized'));
  }
  if (hasSameContainers(pod, old)) checkContainers(errors, pod, old);
  else checkSameContainers(errors, pod, old);
  return errors;
}

/** Checks the resources of the pod as a whole: they may be added, and their CPU and memory may change. */
function checkPodLevelResources(errors: FieldError[], resources: ResourceRequirements | undefined, old: ResourceRequirements | undefined): void {
  if (!resources) {
    if (old) errors.push(forbidden('spec.resources', 'pod-level resources cannot be removed'));
    return;
  }
  checkResourcesKept(errors, resources, old, 'spec.resources', 'pod-level resource');
  if (!semanticEqual(withoutCompute(resources), withoutCompute(old))) {
    errors.push(forbidden('spec', 'only cpu and memory resources are mutable at pod-level'));
  }
}

function checkContainers(errors: FieldError[], pod: Pod, old: Live<Pod>): void {
  for (const list of ['initContainers', 'containers'] as const) {
    old.spec?.[list]?.forEach((before, i) => {
      const now = pod.spec?.[list]?.[i];
      if (!now) return;
      const field = `spec.${list}[${i}]`;
      checkResourcesKept(errors, now.resources, before.resources, `${field}.resources`, 'resource');
      if (!semanticEqual(withoutResources(now), withoutResources(before))) {
        errors.push(
          list === 'containers'
            ? forbidden('spec', 'only cpu and memory resources are mutable')
            : forbidden(field, 'only cpu and memory resources for init or sidecar containers are mutable'),
        );
      }
      if (list === 'initContainers') checkInitContainer(errors, now, before, field);
    });
  }
}

/** An init container that is not a sidecar would have to run again for what a restart alone brings to it. */
function checkInitContainer(errors: FieldError[], now: Container, before: Container, field: string): void {
  if (isSidecar(now) || semanticEqual(now, before)) return;
  for (const { restartPolicy } of now.resizePolicy ?? []) {
    if (restartPolicy === 'RestartContainer') {
      errors.push(forbidden(field, 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized'));
    }
  }
}

/** @param what begins the message: `resource`, of which the kind follows */
function checkResourcesKept(
  errors: FieldError[],
  resources: ResourceRequirements | undefined,
  old: ResourceRequirements | undefined,
  field: string,
  what: string,
): void {
  for (const kind of ['requests', 'limits'] as const) {
    const removed = Object.keys(old?.[kind] ?? {}).some((name) => own(resources?.[kind], name) === undefined);
    if (removed) errors.push(forbidden(`${field}.${kind}`, `${what} ${kind} cannot be removed`));
  }
}

/** Returns resources without those that a resize may change. */
function withoutCompute(resources: ResourceRequirements | undefined): ResourceRequirements {
  const others = (amounts: Readonly<Record<string, string>> | undefined) => {
    const { cpu: _cpu, memory: _memory, ...rest } = amounts ?? {};
    return rest;
  };
  const { limits, requests, claims } = resources ?? {};
  return { claims, limits: others(limits), requests: others(requests) };
}

const withoutResources = (container: Container): Container => ({ ...container, resources: withoutCompute(container.resources) });

export const resizeRules: SubresourceRules = { prepare: prepareResize, validate: validateResize };
