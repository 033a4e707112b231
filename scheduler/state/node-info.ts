import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { HostPort, PodInfo } from './pod-info.ts';
import type { Resources } from './resources.ts';
import { addResources, nodeAllocatable, noResources } from './resources.ts';

/** A node and the sum of its pods' requests, kept up to date pod by pod. */
export interface NodeInfo {
  readonly name: string;
  /** Undefined while only pods on the node are known. */
  node: Live<Node> | undefined;
  labels: Readonly<Record<string, string>>;
  allocatable: Resources;
  maxPods: number;
  /** Sizes in bytes by image name. */
  images: ReadonlyMap<string, number>;
  /** By UID. */
  readonly pods: Map<string, PodInfo>;
  readonly requested: Resources;
  readonly nonZeroRequested: Resources;
  readonly usedPorts: Map<string, { readonly port: HostPort; count: number }>;
}

export const newNodeInfo = (name: string): NodeInfo => ({
  name,
  node: undefined,
  labels: {},
  allocatable: noResources(),
  maxPods: 0,
  images: new Map(),
  pods: new Map(),
  requested: noResources(),
  nonZeroRequested: noResources(),
  usedPorts: new Map(),
});

export function setNode(info: NodeInfo, node: Live<Node>): void {
  const allocatable = nodeAllocatable(node);
  info.node = node;
  info.labels = node.metadata.labels ?? {};
  info.allocatable = allocatable.resources;
  info.maxPods = allocatable.pods;
  info.images = new Map((node.status?.images ?? []).flatMap(({ names = [], sizeBytes = 0 }) => names.map((name) => [name, sizeBytes] as const)));
}

const portKey = ({ protocol, ip, port }: HostPort) => `${protocol}/${ip}/${port}`;

export function addPodTo(info: NodeInfo, pod: PodInfo): void {
  info.pods.set(pod.uid, pod);
  addResources(info.requested, pod.requested);
  addResources(info.nonZeroRequested, pod.nonZero);
  for (const port of pod.hostPorts) {
    const used = info.usedPorts.get(portKey(port));
    if (used) used.count++;
    else info.usedPorts.set(portKey(port), { port, count: 1 });
  }
}

export function removePodFrom(info: NodeInfo, pod: PodInfo): void {
  if (!info.pods.delete(pod.uid)) return;
  addResources(info.requested, pod.requested, -1);
  addResources(info.nonZeroRequested, pod.nonZero, -1);
  for (const port of pod.hostPorts) {
    const used = info.usedPorts.get(portKey(port));
    if (used && --used.count === 0) info.usedPorts.delete(portKey(port));
  }
}
