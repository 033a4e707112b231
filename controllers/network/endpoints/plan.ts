import type { EndpointAddress, EndpointSubset, Endpoints } from '../../../api/kinds/core/endpoints.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { semanticallyEqual } from '../../_shared/equality.ts';
import { isReady, sameText } from '../../_shared/pod-state.ts';
import type { ResolvedPort } from '../../_shared/service-pods/membership.ts';
import { hostnameIn, isHeadless, isMember, portsOn } from '../../_shared/service-pods/membership.ts';
import { TRIGGER_TIME } from '../../_shared/service-pods/trigger-times.ts';

export const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
export const OUR_NAME = 'endpoint-controller';
const HEADLESS = 'service.kubernetes.io/headless';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
/** Limits the addresses; further ones are left out, and an annotation says so. */
export const CAPACITY = 1000;

function addressOf(pod: Live<Pod>, ip: string, service: Service): EndpointAddress {
  const hostname = hostnameIn(pod, service);
  return {
    ...(hostname ? { hostname } : {}),
    ip,
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  };
}

/** The pod's address of the service's first family. */
function ipFor(pod: Pod, service: Service): string | undefined {
  const wantsV6 = service.spec?.ipFamilies?.[0] === 'IPv6';
  const ips = pod.status?.podIPs?.map(({ ip }) => ip) ?? [pod.status?.podIP ?? ''];
  return ips.find((ip) => ip.includes(':') === wantsV6);
}

const portKey = (ports: readonly ResolvedPort[]): string => JSON.stringify(ports);
const byName = (a: ResolvedPort, b: ResolvedPort): number =>
  (a.name ?? '').localeCompare(b.name ?? '') || a.port - b.port || a.protocol.localeCompare(b.protocol);
const byAddress = (a: EndpointAddress, b: EndpointAddress): number =>
  a.ip === b.ip ? ((a.targetRef?.uid ?? '') < (b.targetRef?.uid ?? '') ? -1 : 1) : a.ip < b.ip ? -1 : 1;

interface Group {
  readonly ports: readonly ResolvedPort[];
  readonly ready: EndpointAddress[];
  readonly notReady: EndpointAddress[];
}

/** Addresses grouped by their ports, in an order that does not depend on the pods' order. */
export function subsetsOf(service: Live<Service>, pods: readonly Live<Pod>[]): EndpointSubset[] {
  const publishAll = service.spec?.publishNotReadyAddresses ?? false;
  const portless = isHeadless(service) && (service.spec?.ports ?? []).length === 0;
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    const ip = isMember(pod, publishAll) ? ipFor(pod, service) : undefined;
    const ports = portsOn(pod, service).sort(byName);
    if (ip === undefined || (ports.length === 0 && !portless)) continue;
    const key = portKey(ports);
    const group = groups.get(key) ?? { ports, ready: [], notReady: [] };
    groups.set(key, group);
    (publishAll || isReady(pod) ? group.ready : group.notReady).push(addressOf(pod, ip, service));
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { ports, ready, notReady }]) => ({
      ...(ready.length > 0 ? { addresses: ready.sort(byAddress) } : {}),
      ...(notReady.length > 0 ? { notReadyAddresses: notReady.sort(byAddress) } : {}),
      ...(ports.length > 0 ? { ports: [...ports] } : {}),
    }));
}

/**
 * Cuts to the capacity: the ready addresses go before the others, and of those that cannot all stay each subset keeps its share,
 * rounded up, so that the last ones may get less.
 */
function truncated(subsets: readonly EndpointSubset[]): { subsets: EndpointSubset[]; over: boolean } {
  const count = (pick: (subset: EndpointSubset) => readonly EndpointAddress[] | undefined) =>
    subsets.reduce((sum, subset) => sum + (pick(subset)?.length ?? 0), 0);
  const ready = count((subset) => subset.addresses);
  const others = count((subset) => subset.notReadyAddresses);
  if (ready + others <= CAPACITY) return { subsets: [...subsets], over: false };
  const tooManyReady = ready > CAPACITY;
  const room = tooManyReady ? CAPACITY : CAPACITY - ready;
  const total = tooManyReady ? ready : others;
  let left = room;
  const share = (addresses: readonly EndpointAddress[] = []) => {
    const kept = addresses.slice(0, Math.min(left, Math.ceil((addresses.length / total) * room)));
    left -= kept.length;
    return kept;
  };
  const cut = subsets.map((subset) => ({
    ...subset,
    addresses: tooManyReady ? share(subset.addresses) : (subset.addresses ?? []),
    notReadyAddresses: tooManyReady ? [] : share(subset.notReadyAddresses),
  }));
  return { subsets: cut.filter((subset) => subset.addresses.length + subset.notReadyAddresses.length > 0), over: true };
}

/**
 * The Endpoints that a service should have.
 * @returns undefined if `existing` is right
 */
export function planEndpoints(
  service: Live<Service>,
  pods: readonly Live<Pod>[],
  existing: Live<Endpoints> | undefined,
  trigger: string | undefined,
): Endpoints | undefined {
  const { subsets, over } = truncated(subsetsOf(service, pods));
  const labels: Record<string, string> = { ...service.metadata.labels, [MANAGED_BY]: OUR_NAME };
  delete labels[HEADLESS];
  if (isHeadless(service)) labels[HEADLESS] = '';
  const { [OVER_CAPACITY]: flagged, [TRIGGER_TIME]: _, ...annotations } = existing?.metadata.annotations ?? {};
  if (existing && semanticallyEqual(existing.subsets, subsets) && sameText(existing.metadata.labels, labels) && (flagged !== undefined) === over) {
    return undefined;
  }
  if (trigger !== undefined) annotations[TRIGGER_TIME] = trigger;
  if (over) annotations[OVER_CAPACITY] = 'truncated';
  const { name, namespace } = service.metadata;
  return {
    ...(existing ?? {}),
    metadata: { ...(existing?.metadata ?? { name, namespace }), labels, annotations },
    subsets,
  };
}
