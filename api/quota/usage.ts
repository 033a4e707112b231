import type { Kind } from '../definition/kind.ts';
import { configMaps } from '../kinds/core/config-map.ts';
import type { Pod } from '../kinds/core/pod/index.ts';
import { pods } from '../kinds/core/pod/index.ts';
import { replicationControllers } from '../kinds/core/replication-controller.ts';
import type { ResourceQuotaSpec } from '../kinds/core/resource-quota.ts';
import { resourceQuotas } from '../kinds/core/resource-quota.ts';
import { secrets } from '../kinds/core/secret.ts';
import type { Service } from '../kinds/core/service/index.ts';
import { services } from '../kinds/core/service/index.ts';
import type { KubeObject } from '../meta/object.ts';
import type { Quantity } from '../schema/quantity.ts';
import { parseQuantity, quantityText } from '../schema/quantity.ts';
import type { ResourceList } from './pod-resources.ts';
import { podLimits, podRequests } from './pod-resources.ts';
import { podMatchesScope, scopesOf } from './scopes.ts';

/**
 * What quotas count, kind by kind: the one evaluator of the admission plug-in and of the controller.
 * Resources: https://kubernetes.io/docs/concepts/policy/resource-quotas/.
 */
interface Evaluator {
  readonly covers: (resource: string) => boolean;
  readonly usage: (object: KubeObject, now: number) => ResourceList;
}

type KindName = Pick<Kind, 'group' | 'plural'>;

const idOf = (kind: KindName): string => (kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`);
const countOf = (kind: KindName): string => `count/${idOf(kind)}`;

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const POD_RESOURCES = new Set(['pods', countOf(pods), ...COMPUTE.flatMap((name) => [name, `requests.${name}`, `limits.${name}`])]);
/** If a quota covers one of these, each container must name it. Upstream keeps this list closed. */
const MUST_BE_NAMED = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

/** `vendor.example/gadget`: outside kubernetes.io, and not in a quota's own `requests.` form. */
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
const isExtended = (name: string): boolean => !isNative(name) && !name.startsWith('requests.');

function coversPodResource(resource: string): boolean {
  return (
    POD_RESOURCES.has(resource) ||
    resource.startsWith('hugepages-') ||
    resource.startsWith('requests.hugepages-') ||
    (!isNative(resource) && resource.startsWith('requests.'))
  );
}

function computeUsage(requests: ResourceList, limits: ResourceList): Record<string, string> {
  const usage: Record<string, string> = { pods: '1' };
  for (const [name, quantity] of Object.entries(requests)) {
    if (COMPUTE.includes(name) || name.startsWith('hugepages-')) {
      usage[name] = quantity;
      usage[`requests.${name}`] = quantity;
    } else if (isExtended(name)) {
      usage[`requests.${name}`] = quantity;
    }
  }
  for (const name of COMPUTE) {
    const limit = limits[name];
    if (limit !== undefined) usage[`limits.${name}`] = limit;
  }
  return usage;
}

/** A pod that has ended, or whose grace period ran out unconfirmed, is charged for its place in storage only. */
function isCharged(pod: Pod, now: number): boolean {
  if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata ?? {};
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return now <= Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

function podUsage(pod: Pod, now: number): ResourceList {
  const stored = { [countOf(pods)]: '1' };
  return isCharged(pod, now) ? { ...stored, ...computeUsage(podRequests(pod), podLimits(pod)) } : stored;
}

function serviceUsage(service: Service): ResourceList {
  const spec = service.spec;
  const ports = spec?.ports ?? [];
  const balanced = spec?.type === 'LoadBalancer';
  const unallocated = balanced && spec?.allocateLoadBalancerNodePorts === false;
  const nodePorts = unallocated ? ports.filter((port) => (port.nodePort ?? 0) > 0).length : balanced || spec?.type === 'NodePort' ? ports.length : 0;
  return { [countOf(services)]: '1', services: '1', 'services.nodeports': `${nodePorts}`, 'services.loadbalancers': balanced ? '1' : '0' };
}

const SERVICE_RESOURCES = new Set([countOf(services), 'services', 'services.nodeports', 'services.loadbalancers']);

const special: Readonly<Record<string, Evaluator>> = {
  // The keys are this table's own: an object under `pods` is a Pod.
  [idOf(pods)]: { covers: coversPodResource, usage: (object, now) => podUsage(object as Pod, now) },
  [idOf(services)]: { covers: (name) => SERVICE_RESOURCES.has(name), usage: (object) => serviceUsage(object as Service) },
};

/** Kinds that quotas also count under their bare name. */
const ALIASED = new Set([configMaps, resourceQuotas, replicationControllers, secrets].map(idOf));

function evaluatorOf(kind: KindName): Evaluator {
  const own = special[idOf(kind)];
  if (own) return own;
  const names = ALIASED.has(idOf(kind)) ? [countOf(kind), kind.plural] : [countOf(kind)];
  return { covers: (name) => names.includes(name), usage: () => Object.fromEntries(names.map((name) => [name, '1'])) };
}

/** Of the resources a quota names (the keys of `spec.hard`), those that objects of this kind are charged to. */
export function quotaResourcesFor(kind: KindName, resources: readonly string[]): string[] {
  const { covers } = evaluatorOf(kind);
  return resources.filter(covers);
}

/**
 * What one object takes of every resource that its kind is charged to.
 * @param now milliseconds since the epoch: a pod past its deletion grace period no longer counts
 */
export function usageOf(kind: KindName, object: KubeObject, now: number): ResourceList {
  return evaluatorOf(kind).usage(object, now);
}

/** Whether an object is within a quota's scopes. Only pods have scopes: a quota with scopes covers nothing else. */
export function matchesScopes(quota: ResourceQuotaSpec, kind: KindName, object: KubeObject): boolean {
  const scopes = scopesOf(quota);
  if (scopes.length === 0) return true;
  return idOf(kind) === idOf(pods) && scopes.every((scope) => podMatchesScope(object as Pod, scope));
}

/**
 * Why a pod may not be admitted under quotas that cover `resources`: each container must name its CPU and memory.
 * @returns the sentence for the refusal, or undefined where nothing is missing
 */
export function missingPodResources(pod: Pod, resources: readonly string[]): string | undefined {
  const wanted = resources.filter((name) => MUST_BE_NAMED.has(name)).sort();
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const missing = wanted.flatMap((resource) => {
    const without = containers.filter(({ resources: own }) => !(resource in computeUsage(own?.requests ?? {}, own?.limits ?? {})));
    return without.length === 0
      ? []
      : [
          `${resource} for: ${without
            .map((container) => container.name)
            .sort()
            .join(',')}`,
        ];
  });
  return missing.length === 0 ? undefined : `must specify ${missing.join('; ')}`;
}

/** Adds up usages, and keeps the resources that `hard` names, each at least at zero. */
export function sumUsage(hard: ResourceList, usages: Iterable<ResourceList>): Record<string, string> {
  const parsed = new Map<string, Quantity>(); // Pods of one template have the same few quantities.
  const totals = new Map<string, Quantity>(Object.keys(hard).map((name) => [name, { nanos: 0n, format: 'DecimalSI' }]));
  for (const usage of usages) {
    for (const name in usage) {
      const total = totals.get(name);
      const text = usage[name];
      if (total === undefined || text === undefined) continue;
      const quantity = parsed.get(text) ?? parseQuantity(text);
      parsed.set(text, quantity);
      totals.set(name, { nanos: total.nanos + quantity.nanos, format: total.nanos === 0n ? quantity.format : total.format });
    }
  }
  return Object.fromEntries([...totals].map(([name, total]) => [name, quantityText(total)]));
}
