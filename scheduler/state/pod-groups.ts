import type { Selector } from '../../api/selector/selector.ts';
import type { NodeInfo } from './node-info.ts';
import type { AffinityTerms, PodInfo } from './pod-info.ts';

/** Pods that no selector can tell apart, counted by node. */
export interface PodGroup {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly terminating: boolean;
  readonly perNode: Map<NodeInfo, number>;
}

/** Pods of one namespace with the same labels and the same affinity terms, counted by node. */
export interface AffinityGroup {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly terms: AffinityTerms;
  readonly perNode: Map<NodeInfo, number>;
}

/** Counts pods by group and node, so that a decision costs as much as there are groups, not pods. */
export interface PodGroups {
  /** Adds a pod on a node (1), or takes it away (-1). */
  count(pod: PodInfo, node: NodeInfo, delta: 1 | -1): void;
  matching(namespace: string, selector: Selector): readonly PodGroup[];
  all(): Iterable<PodGroup>;
  withAffinity(): Iterable<AffinityGroup>;
  readonly affinityCount: number;
}

export function createPodGroups(): PodGroups {
  const byNamespace = new Map<string, Map<string, PodGroup>>();
  const affinityGroups = new Map<string, AffinityGroup>();

  const countOn = (perNode: Map<NodeInfo, number>, node: NodeInfo, delta: number) => {
    const now = (perNode.get(node) ?? 0) + delta;
    if (now > 0) perNode.set(node, now);
    else perNode.delete(node);
  };
  const countAffinity = (pod: PodInfo, node: NodeInfo, delta: number) => {
    if (!pod.affinity || pod.affinityKey === undefined) return;
    let group = affinityGroups.get(pod.affinityKey);
    if (!group) {
      group = { namespace: pod.namespace, labels: pod.labels, terms: pod.affinity, perNode: new Map() };
      affinityGroups.set(pod.affinityKey, group);
    }
    countOn(group.perNode, node, delta);
    if (group.perNode.size === 0) affinityGroups.delete(pod.affinityKey);
  };

  return {
    count(pod, node, delta) {
      let inNamespace = byNamespace.get(pod.namespace);
      if (!inNamespace) {
        inNamespace = new Map();
        byNamespace.set(pod.namespace, inNamespace);
      }
      let group = inNamespace.get(pod.groupKey);
      if (!group) {
        group = { namespace: pod.namespace, labels: pod.labels, terminating: pod.terminating, perNode: new Map() };
        inNamespace.set(pod.groupKey, group);
      }
      countOn(group.perNode, node, delta);
      if (group.perNode.size === 0) {
        inNamespace.delete(pod.groupKey);
        if (inNamespace.size === 0) byNamespace.delete(pod.namespace);
      }
      countAffinity(pod, node, delta);
    },
    matching: (namespace, selector) => [...(byNamespace.get(namespace)?.values() ?? [])].filter((group) => selector.matches(group.labels)),
    *all() {
      for (const inNamespace of byNamespace.values()) yield* inNamespace.values();
    },
    withAffinity: () => affinityGroups.values(),
    get affinityCount() {
      return affinityGroups.size;
    },
  };
}
