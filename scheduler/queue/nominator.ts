import type { PodInfo } from '../state/pod-info.ts';

/** Pods that are promised a node once their victims are gone. */
export interface Nominations {
  /** Those promised this node. */
  on(node: string): readonly PodInfo[];
}

/** The nodes promised to pods while the victims there end. */
export interface Nominator extends Nominations {
  set(pod: PodInfo, node: string): void;
  remove(uid: string): void;
  nodeOf(uid: string): string | undefined;
  /** Grows with every change. */
  readonly version: number;
}

const NOBODY: readonly PodInfo[] = [];

export function createNominator(): Nominator {
  const promises = new Map<string, { readonly pod: PodInfo; readonly node: string }>();
  const byNode = new Map<string, readonly PodInfo[]>();
  let version = 0;
  const remove = (uid: string) => {
    const promise = promises.get(uid);
    if (!promise) return;
    version++;
    promises.delete(uid);
    const left = (byNode.get(promise.node) ?? NOBODY).filter((pod) => pod.uid !== uid);
    if (left.length > 0) byNode.set(promise.node, left);
    else byNode.delete(promise.node);
  };
  return {
    on: (node) => byNode.get(node) ?? NOBODY,
    set(pod, node) {
      remove(pod.uid);
      version++;
      promises.set(pod.uid, { pod, node });
      byNode.set(node, [...(byNode.get(node) ?? NOBODY), pod]);
    },
    remove,
    nodeOf: (uid) => promises.get(uid)?.node,
    get version() {
      return version;
    },
  };
}
