import { hasMembers, markAs } from '../../../../base/json/long-values.ts';
import { shallowCopySteps } from '../../../../base/json/shallow-copy.ts';
import type { Steps } from '../../../../base/steps.ts';
import { defaultHostPorts, defaultRequests } from '../../../pod/container/container-defaults.ts';
import { isHugePages, isOvercommitAllowed, isPodLevelResource } from '../../../pod/resources/resource-names.ts';
import { aggregateContainers } from '../../../pod/spec/container-requests.ts';
import type { PodSpec } from '../../../pod/spec/pod-spec.ts';
import { defaultPodSpec } from '../../../pod/spec/pod-spec-defaults.ts';
import { defaultLater } from '../../../schema/default-later.ts';
import type { Pod } from './schema.ts';

export function defaultPod(pod: Pod): void {
  pod.spec ??= { containers: [] };
  const spec = pod.spec;
  defaultRequests(spec.containers);
  defaultRequests(spec.initContainers);
  const { resources } = spec;
  if (resources) defaultLater(() => defaultPodResources(spec, resources));
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) {
    defaultHostPorts(spec.containers);
    defaultHostPorts(spec.initContainers);
  }
  defaultPodSpec(spec);
  // Templates keep a negative period; in a pod it counts as one second, whoever writes it.
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
}

/** Fills in omitted resources of the pod as a whole: from the containers, and requests at last from the limits. */
function* defaultPodResources(spec: PodSpec, resources: NonNullable<PodSpec['resources']>): Steps<void> {
  const ofContainers = aggregateContainers(spec, (container) => container.resources?.requests);
  for (const name in ofContainers) {
    const amount = ofContainers[name];
    if (!isHugePages(name) || amount === undefined) continue;
    resources.limits ??= {};
    resources.limits[name] ??= amount;
  }
  yield;
  const limits = resources.limits ?? {};
  if (!hasMembers(limits)) return;
  const requests = markAs((yield* shallowCopySteps(resources.requests ?? {})) as Record<string, string>, limits);
  for (const name in ofContainers) {
    const amount = ofContainers[name];
    if (amount !== undefined && isPodLevelResource(name) && isOvercommitAllowed(name)) requests[name] ??= amount;
  }
  yield;
  for (const name in limits) {
    const limit = limits[name];
    if (limit !== undefined && isPodLevelResource(name)) requests[name] ??= limit;
  }
  if (Object.keys(requests).length > 0) resources.requests = requests;
}
