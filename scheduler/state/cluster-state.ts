import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Selector } from '../../api/selector/selector.ts';
import type { NodeInfo } from './node-info.ts';
import { addPodTo, newNodeInfo, removePodFrom, setNode } from './node-info.ts';
import type { AffinityTerms, PodInfo } from './pod-info.ts';
import type { NamespaceLabels } from './term.ts';

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

/**
 * What the scheduler decides on: nodes with what is left of them, and where which pods are.
 * A change costs as much as the pod or node that changed. Decisions are synchronous, so they read it as it stands: there is no snapshot.
 */
export interface ClusterState {
  /** Nodes that are known, zones interleaved. */
  nodes(): readonly NodeInfo[];
  node(name: string): NodeInfo | undefined;
  setNode(node: Live<Node>): void;
  removeNode(name: string): void;
  /** Puts a pod on a node (by its name, whether or not the node is known); a pod of the same UID is replaced. */
  addPod(pod: PodInfo, nodeName: string): void;
  removePod(uid: string): void;
  nodeOfPod(uid: string): NodeInfo | undefined;
  /** Groups of a namespace whose labels the selector matches. */
  matchingGroups(namespace: string, selector: Selector): readonly PodGroup[];
  groups(): Iterable<PodGroup>;
  affinityGroups(): Iterable<AffinityGroup>;
  readonly affinityGroupCount: number;
  readonly podCount: number;
  /** Nodes that have the image. */
  imageSpread(image: string): number;
  readonly namespaceLabels: NamespaceLabels;
  /** Grows with every change. */
  readonly version: number;
  /** Runs `what`, which leaves the state as it found it: its changes do not count. */
  trial<T>(what: () => T): T;
}

const ZONE = 'topology.kubernetes.io/zone';

export function createClusterState(namespaceLabels: NamespaceLabels = () => undefined): ClusterState {
  const infos = new Map<string, NodeInfo>();
  const podNodes = new Map<string, NodeInfo>();
  const groups = new Map<string, Map<string, PodGroup>>();
  const affinityGroups = new Map<string, AffinityGroup>();
  const images = new Map<string, number>();
  let ordered: readonly NodeInfo[] | undefined;
  let version = 0;

  const infoOf = (name: string): NodeInfo => {
    let info = infos.get(name);
    if (!info) {
      info = newNodeInfo(name);
      infos.set(name, info);
    }
    return info;
  };
  const count = (perNode: Map<NodeInfo, number>, node: NodeInfo, delta: number) => {
    const now = (perNode.get(node) ?? 0) + delta;
    if (now > 0) perNode.set(node, now);
    else perNode.delete(node);
  };
  const countGroup = (pod: PodInfo, node: NodeInfo, delta: number) => {
    let inNamespace = groups.get(pod.namespace);
    if (!inNamespace) {
      inNamespace = new Map();
      groups.set(pod.namespace, inNamespace);
    }
    let group = inNamespace.get(pod.groupKey);
    if (!group) {
      group = { namespace: pod.namespace, labels: pod.labels, terminating: pod.terminating, perNode: new Map() };
      inNamespace.set(pod.groupKey, group);
    }
    count(group.perNode, node, delta);
    if (group.perNode.size > 0) return;
    inNamespace.delete(pod.groupKey);
    if (inNamespace.size === 0) groups.delete(pod.namespace);
  };
  const countAffinity = (pod: PodInfo, node: NodeInfo, delta: number) => {
    if (!pod.affinity || pod.affinityKey === undefined) return;
    let group = affinityGroups.get(pod.affinityKey);
    if (!group) {
      group = { namespace: pod.namespace, labels: pod.labels, terms: pod.affinity, perNode: new Map() };
      affinityGroups.set(pod.affinityKey, group);
    }
    count(group.perNode, node, delta);
    if (group.perNode.size === 0) affinityGroups.delete(pod.affinityKey);
  };
  const countImages = (info: NodeInfo, delta: number) => {
    for (const image of info.images.keys()) images.set(image, (images.get(image) ?? 0) + delta);
  };
  const dropIfEmpty = (info: NodeInfo) => {
    if (!info.node && info.pods.size === 0) infos.delete(info.name);
  };
  const removePod = (uid: string) => {
    const info = podNodes.get(uid);
    const pod = info?.pods.get(uid);
    if (!info || !pod) return;
    version++;
    removePodFrom(info, pod);
    podNodes.delete(uid);
    countGroup(pod, info, -1);
    countAffinity(pod, info, -1);
    dropIfEmpty(info);
  };

  return {
    nodes() {
      ordered ??= interleaveZones([...infos.values()].filter((info) => info.node));
      return ordered;
    },
    node(name) {
      const info = infos.get(name);
      return info?.node ? info : undefined;
    },
    setNode(node) {
      version++;
      const info = infoOf(node.metadata.name);
      if (!info.node || info.labels[ZONE] !== node.metadata.labels?.[ZONE]) ordered = undefined;
      countImages(info, -1);
      setNode(info, node);
      countImages(info, 1);
    },
    removeNode(name) {
      const info = infos.get(name);
      if (!info) return;
      version++;
      countImages(info, -1);
      info.images = new Map();
      info.node = undefined;
      ordered = undefined;
      dropIfEmpty(info);
    },
    addPod(pod, nodeName) {
      removePod(pod.uid);
      version++;
      const info = infoOf(nodeName);
      addPodTo(info, pod);
      podNodes.set(pod.uid, info);
      countGroup(pod, info, 1);
      countAffinity(pod, info, 1);
    },
    removePod,
    nodeOfPod: (uid) => podNodes.get(uid),
    matchingGroups: (namespace, selector) => [...(groups.get(namespace)?.values() ?? [])].filter((group) => selector.matches(group.labels)),
    *groups() {
      for (const inNamespace of groups.values()) yield* inNamespace.values();
    },
    affinityGroups: () => affinityGroups.values(),
    get affinityGroupCount() {
      return affinityGroups.size;
    },
    get podCount() {
      return podNodes.size;
    },
    imageSpread: (image) => images.get(image) ?? 0,
    namespaceLabels,
    get version() {
      return version;
    },
    trial(what) {
      const before = version;
      try {
        return what();
      } finally {
        version = before;
      }
    },
  };
}

/** One node of each zone in turn, so that looking at a part of the nodes looks at all zones. */
function interleaveZones(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  for (const node of nodes) {
    const zone = node.labels[ZONE] ?? '';
    const line = zones.get(zone);
    if (line) line.push(node);
    else zones.set(zone, [node]);
  }
  if (zones.size < 2) return nodes;
  const lines = [...zones.values()];
  const longest = Math.max(...lines.map((line) => line.length));
  return Array.from({ length: longest }, (_, index) => lines.flatMap((line) => line[index] ?? [])).flat();
}
