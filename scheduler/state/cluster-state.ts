import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Selector } from '../../api/selector/selector.ts';
import type { DeviceView } from './device-view.ts';
import type { NodeInfo } from './node-info.ts';
import { addPodTo, newNodeInfo, removePodFrom, setNode } from './node-info.ts';
import type { AffinityGroup, PodGroup } from './pod-groups.ts';
import { createPodGroups } from './pod-groups.ts';
import type { PodInfo } from './pod-info.ts';
import type { NamespaceLabels } from './term.ts';
import type { VolumeView } from './volume-view.ts';

/**
 * The cluster as the scheduler sees it (upstream's cache): nodes with their free resources, and the pods on them.
 * A change costs as much as the pod or node that changed. Decisions are synchronous, so they read it as it stands: there is no snapshot.
 */
export interface ClusterState {
  /** The known nodes, zones interleaved. */
  nodes(): readonly NodeInfo[];
  node(name: string): NodeInfo | undefined;
  setNode(node: Live<Node>): void;
  removeNode(name: string): void;
  /** Puts a pod on a node (by its name, whether or not the node is known); a pod of the same UID is replaced. */
  addPod(pod: PodInfo, nodeName: string): void;
  removePod(uid: string): void;
  nodeOfPod(uid: string): NodeInfo | undefined;
  /** The groups of a namespace whose labels the selector matches. */
  matchingGroups(namespace: string, selector: Selector): readonly PodGroup[];
  groups(): Iterable<PodGroup>;
  affinityGroups(): Iterable<AffinityGroup>;
  readonly affinityGroupCount: number;
  readonly podCount: number;
  /** The number of nodes that have the image. */
  imageSpread(image: string): number;
  readonly namespaceLabels: NamespaceLabels;
  /** Returns the number of pods on nodes that use a claim, by its namespace and name. */
  claimUsers(claim: string): number;
  /** Claims and volumes; undefined where nobody follows them. */
  readonly volumes: VolumeView | undefined;
  /** Device claims, classes and slices; undefined where nobody follows them. */
  readonly devices: DeviceView | undefined;
  /** Grows with every change. */
  readonly version: number;
  /** Runs `what`, which leaves the state as it was: `version` does not grow. */
  trial<T>(what: () => T): T;
}

const ZONE = 'topology.kubernetes.io/zone';

export function createClusterState(namespaceLabels: NamespaceLabels = () => undefined, volumes?: VolumeView, devices?: DeviceView): ClusterState {
  const infos = new Map<string, NodeInfo>();
  const podNodes = new Map<string, NodeInfo>();
  const groups = createPodGroups();
  const images = new Map<string, number>();
  const claimUsers = new Map<string, number>();
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
  const countImages = (info: NodeInfo, delta: number) => {
    for (const image of info.images.keys()) images.set(image, (images.get(image) ?? 0) + delta);
  };
  const countClaims = ({ claims }: PodInfo, delta: number) => {
    for (const claim of claims) {
      const users = (claimUsers.get(claim) ?? 0) + delta;
      if (users > 0) claimUsers.set(claim, users);
      else claimUsers.delete(claim);
    }
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
    groups.count(pod, info, -1);
    countClaims(pod, -1);
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
      groups.count(pod, info, 1);
      countClaims(pod, 1);
    },
    removePod,
    nodeOfPod: (uid) => podNodes.get(uid),
    matchingGroups: groups.matching,
    groups: groups.all,
    affinityGroups: groups.withAffinity,
    get affinityGroupCount() {
      return groups.affinityCount;
    },
    get podCount() {
      return podNodes.size;
    },
    imageSpread: (image) => images.get(image) ?? 0,
    namespaceLabels,
    claimUsers: (claim) => claimUsers.get(claim) ?? 0,
    volumes,
    devices,
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
