import type { QuotaRule } from '../../../definition/quota-rule.ts';
import type { Container } from '../../../pod/container/container.ts';
import { DEVICE_CLASS_RESOURCE, isNativeResource, isPodLevelResource } from '../../../pod/resources/resource-names.ts';
import type { ResourceList } from '../../../schema/resource-list.ts';
import { isTerminating, podMatchesScope } from './quota-scopes.ts';
import { podLimits, podRequests } from './resources.ts';
import type { Pod } from './schema.ts';

const COMPUTE: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
const POD_RESOURCES: ReadonlySet<string> = new Set(['pods', ...[...COMPUTE].flatMap((name) => [name, `requests.${name}`, `limits.${name}`])]);
/** If a quota covers one of these, each container must name it. Upstream keeps this list closed. */
const MUST_BE_NAMED = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

/** `vendor.example/gadget`: outside kubernetes.io, but for devices of a class, and not in a quota's own form with `requests.`. */
const isExtended = (name: string): boolean => name.startsWith(DEVICE_CLASS_RESOURCE) || (!isNativeResource(name) && !name.startsWith('requests.'));

function coversPodResource(resource: string): boolean {
  return (
    POD_RESOURCES.has(resource) ||
    resource.startsWith('hugepages-') ||
    resource.startsWith('requests.hugepages-') ||
    resource.startsWith(`requests.${DEVICE_CLASS_RESOURCE}`) ||
    (!isNativeResource(resource) && resource.startsWith('requests.'))
  );
}

function computeUsage(requests: ResourceList, limits: ResourceList): Record<string, string> {
  const usage: Record<string, string> = { pods: '1' };
  for (const name in requests) {
    const quantity = requests[name] ?? '0';
    if (COMPUTE.has(name) || name.startsWith('hugepages-')) {
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
  return now <= Date.parse(deletionTimestamp) + Number(deletionGracePeriodSeconds) * 1000;
}

/** Whether a container says how much it takes of what a quota covers: `cpu` and `requests.cpu` are its request, `limits.cpu` its limit. */
function names({ resources }: Container, covered: string): boolean {
  const list: ResourceList = (covered.startsWith('limits.') ? resources?.limits : resources?.requests) ?? {};
  return Object.hasOwn(list, covered.replace(/^(?:limits|requests)\./, ''));
}

/** Whether the pod as a whole requests resources or is limited in them, so that its containers need not name any. */
const isLimitedAsWhole = ({ spec }: Pod): boolean =>
  Object.keys({ ...spec?.resources?.requests, ...spec?.resources?.limits }).some((name) => isPodLevelResource(name));

/** Returns the containers that do not name the CPU or memory that quotas cover, as a sentence; undefined if all do. */
function missingResources(pod: Pod, resources: readonly string[]): string | undefined {
  if (isLimitedAsWhole(pod)) return undefined;
  const wanted = resources.filter((name) => MUST_BE_NAMED.has(name)).sort();
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const missing = wanted.flatMap((resource) => {
    const without = containers.filter((container) => !names(container, resource));
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

/** The names under which containers request what quotas call `cpu` or `requests.cpu`. */
const requestNames = (resources: ReadonlySet<string>): ReadonlySet<string> => new Set([...resources].map((name) => name.replace(/^requests\./, '')));

export const podQuota: QuotaRule<Pod> = {
  covers: coversPodResource,
  usage: (pod, now, resources) =>
    isCharged(pod, now) ? computeUsage(podRequests(pod, resources && requestNames(resources)), podLimits(pod, COMPUTE)) : {},
  updates: {
    subresources: ['resize'],
    isCharged: (pod, old, subresource) => subresource === 'resize' || isTerminating(pod) !== isTerminating(old),
  },
  inScope: podMatchesScope,
  refusal: missingResources,
};
