import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { own } from '../../../base/json.ts';
import { isReady, readySince } from '../pod-state.ts';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

interface Ranked {
  readonly pod: Live<Pod>;
  readonly assigned: number;
  readonly phase: number;
  readonly ready: number;
  readonly cost: number;
  /** The active pods of the same family on the pod's node: a pod of a crowded node is deleted sooner. */
  readonly crowd: number;
  readonly readyFor: number;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly createdFor: number;
}

/** Returns the bucket of an age on a logarithmic scale: pods of about the same age are equal, so that the choice among them spreads. */
const logBucket = (ageMs: number): number => (ageMs <= 0 ? -1 : Math.trunc(Math.log2(ageMs * 1e6)));

const mostRestarts = (pod: Pod, sidecars: boolean): number => {
  const restartable = new Set((pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const statuses = sidecars
    ? (pod.status?.initContainerStatuses ?? []).filter((s) => restartable.has(s.name))
    : (pod.status?.containerStatuses ?? []);
  return statuses.reduce((most, status) => Math.max(most, status.restartCount), 0);
};

/** Returns the deletion cost; 0 if the annotation is no integer of 32 bits. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata?.annotations?.[DELETION_COST];
  const cost = text !== undefined && /^-?(0|[1-9]\d*)$/.test(text) ? Number(text) : 0;
  return cost === (cost | 0) ? cost : 0;
}

function rank(pod: Live<Pod>, crowds: ReadonlyMap<string, number>, now: number): Ranked {
  return {
    pod,
    assigned: pod.spec?.nodeName ? 1 : 0,
    phase: own(PHASE_ORDER, pod.status?.phase ?? '') ?? 0,
    ready: isReady(pod) ? 1 : 0,
    cost: deletionCost(pod),
    crowd: crowds.get(pod.spec?.nodeName ?? '') ?? 0,
    readyFor: now - (readySince(pod) ?? now),
    restarts: mostRestarts(pod, false),
    sidecarRestarts: mostRestarts(pod, true),
    createdFor: now - Date.parse(pod.metadata.creationTimestamp),
  };
}

function compare(a: Ranked, b: Ranked): number {
  if (a.assigned !== b.assigned) return a.assigned - b.assigned;
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.ready !== b.ready) return a.ready - b.ready;
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.crowd !== b.crowd) return b.crowd - a.crowd;
  if (a.ready === 1 && a.readyFor !== b.readyFor) return compareAges(a, b, a.readyFor, b.readyFor);
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.sidecarRestarts !== b.sidecarRestarts) return b.sidecarRestarts - a.sidecarRestarts;
  return a.createdFor === b.createdFor ? 0 : compareAges(a, b, a.createdFor, b.createdFor);
}

/** Puts younger pods first. Ages in one bucket are ordered by UID: as good as at random, and stable. */
function compareAges(a: Ranked, b: Ranked, ageA: number, ageB: number): number {
  const difference = logBucket(ageA) - logBucket(ageB);
  return difference === 0 ? (a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1) : difference;
}

/**
 * Returns the `count` pods to delete first (https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset):
 * unassigned, then pending, then not ready, then of low deletion cost, then crowded on a node, then young, then often restarted.
 * @param related active pods of the same family (replica sets of one Deployment): they count for the crowd
 */
export function podsToDelete(pods: readonly Live<Pod>[], related: readonly Live<Pod>[], count: number, now: number): Live<Pod>[] {
  if (count >= pods.length) return [...pods];
  const crowds = new Map<string, number>();
  for (const pod of related) crowds.set(pod.spec?.nodeName ?? '', (crowds.get(pod.spec?.nodeName ?? '') ?? 0) + 1);
  return pods
    .map((pod) => rank(pod, crowds, now))
    .sort(compare)
    .slice(0, count)
    .map((ranked) => ranked.pod);
}
