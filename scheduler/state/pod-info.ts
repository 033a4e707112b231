import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { claimNameOf } from '../../api/pod/volume/claim-name.ts';
import { sortInPlace } from '../../base/sort-in-place.ts';
import type { PodRequests } from './resources.ts';
import { podRequests } from './resources.ts';
import type { Term, WeightedTerm } from './term.ts';
import { termOf } from './term.ts';

/** A pod's affinity and anti-affinity terms, compiled. */
export interface AffinityTerms {
  readonly required: readonly Term[];
  readonly preferred: readonly WeightedTerm[];
  readonly antiRequired: readonly Term[];
  readonly antiPreferred: readonly WeightedTerm[];
}

/** A pod with everything that scheduling needs of it, computed once. */
export interface PodInfo extends PodRequests {
  readonly pod: Live<Pod>;
  readonly uid: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly hostPorts: readonly HostPort[];
  readonly terminating: boolean;
  /** `namespace/name` of the claims that its volumes refer to. */
  readonly claims: readonly string[];
  /** Equal for pods of one namespace with equal labels, both or neither terminating. */
  readonly groupKey: string;
  readonly affinity: AffinityTerms | undefined;
  /** Equal for pods of one namespace with equal labels and terms. */
  readonly affinityKey: string | undefined;
}

export interface HostPort {
  readonly protocol: string;
  readonly ip: string;
  readonly port: number;
}

export function podInfoOf(pod: Live<Pod>): PodInfo {
  const { metadata, spec } = pod;
  const namespace = metadata.namespace ?? '';
  const labels = metadata.labels ?? {};
  const terminating = metadata.deletionTimestamp !== undefined;
  const labelsKey = JSON.stringify(sortInPlace(Object.entries(labels), ([a], [b]) => (a < b ? -1 : 1)));
  const podAffinity = spec?.affinity?.podAffinity;
  const podAntiAffinity = spec?.affinity?.podAntiAffinity;
  const affine = podAffinity || podAntiAffinity;
  return {
    pod,
    uid: metadata.uid,
    namespace,
    labels,
    priority: spec?.priority ?? 0,
    hostPorts: hostPortsOf(pod),
    terminating,
    claims: claimsOf(pod),
    groupKey: terminating ? `${labelsKey}-` : labelsKey,
    affinity: affine ? affinityOf(pod, namespace, labels) : undefined,
    affinityKey: affine ? `${namespace}${labelsKey}${JSON.stringify([podAffinity, podAntiAffinity])}` : undefined,
    ...podRequests(pod),
  };
}

function affinityOf({ spec }: Pod, namespace: string, labels: PodInfo['labels']): AffinityTerms {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  const required = (terms: NonNullable<typeof podAffinity>['requiredDuringSchedulingIgnoredDuringExecution'] = []) =>
    terms.map((term) => termOf(term, namespace, labels));
  const preferred = (terms: NonNullable<typeof podAffinity>['preferredDuringSchedulingIgnoredDuringExecution'] = []) =>
    terms.map(({ weight, podAffinityTerm }) => ({ ...termOf(podAffinityTerm, namespace, labels), weight }));
  return {
    required: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred: preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    antiRequired: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    antiPreferred: preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
  };
}

function hostPortsOf({ spec }: Pod): HostPort[] {
  const sidecars = (spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  return [...(spec?.containers ?? []), ...sidecars].flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort = 0, hostIP, protocol }) =>
      hostPort > 0 ? [{ port: hostPort, ip: hostIP || '0.0.0.0', protocol: protocol || 'TCP' }] : [],
    ),
  );
}

const NO_CLAIMS: readonly string[] = [];

function claimsOf({ metadata, spec }: Live<Pod>): readonly string[] {
  let claims: string[] | undefined;
  for (const volume of spec?.volumes ?? []) {
    const name = claimNameOf(metadata.name, volume);
    if (name === undefined) continue;
    claims ??= [];
    claims.push(`${metadata.namespace ?? ''}/${name}`);
  }
  return claims ?? NO_CLAIMS;
}

/** Orders pods by importance, which preemption spares: by higher priority, then earlier start. */
export function byImportance(a: PodInfo, b: PodInfo): number {
  return b.priority - a.priority || startOf(a) - startOf(b);
}

/** Milliseconds since the epoch; a pod that has not started counts as starting now. */
export function startOf({ pod }: PodInfo): number {
  const { startTime } = pod.status ?? {};
  return startTime === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(startTime);
}
