import type { Namespace } from '../../api/kinds/core/namespace.ts';
import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { equalJson } from '../../base/json.ts';
import type { Informer } from '../../runtime/watch/informer.ts';
import { changedAspects } from '../plugins/cluster-event.ts';
import type { Profiles } from '../plugins/profile.ts';
import { schedulerNameOf } from '../plugins/profile.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { podInfoOf } from '../state/pod-info.ts';
import type { SchedulerState } from './scheduler-state.ts';

export interface Following extends SchedulerState {
  readonly podInformer: Informer<Pod>;
  readonly nodeInformer: Informer<Node>;
  readonly namespaceInformer: Informer<Namespace>;
  readonly profiles: Profiles;
}

const isOver = ({ status }: Pod) => status?.phase === 'Succeeded' || status?.phase === 'Failed';
const asksLess = (now: PodInfo, before: PodInfo) =>
  now.requested.milliCpu < before.requested.milliCpu || now.requested.memory < before.requested.memory;

/** Keeps the cluster state and the queue in step with the informers, and wakes pods that a change could help. */
export function followCluster(following: Following): void {
  const { podInformer, nodeInformer, namespaceInformer, cluster, queue, nominator, assumed, doomed, failures, profiles } = following;

  const placed = (pod: Live<Pod>, node: string) => {
    const { uid } = pod.metadata;
    const info = podInfoOf(pod);
    const before = cluster.nodeOfPod(uid)?.pods.get(uid);
    const first = !before || assumed.delete(uid);
    cluster.addPod(info, node);
    queue.remove(uid);
    nominator.remove(uid);
    if (first) queue.wake({ name: 'AssignedPodAdd', pod: info });
    else {
      if (before.groupKey !== info.groupKey) queue.wake({ name: 'AssignedPodUpdate', pod: info });
      if (asksLess(info, before)) queue.wake({ name: 'AssignedPodScaleDown', pod: info });
    }
  };
  const gone = (pod: Live<Pod>) => {
    const { uid } = pod.metadata;
    const info = cluster.nodeOfPod(uid)?.pods.get(uid);
    cluster.removePod(uid);
    assumed.delete(uid);
    doomed.delete(uid);
    queue.remove(uid);
    nominator.remove(uid);
    if (info) queue.wake({ name: 'AssignedPodDelete', pod: info });
  };
  const seen = (pod: Live<Pod>) => {
    const { metadata, spec } = pod;
    if (isOver(pod)) return gone(pod);
    if (spec?.nodeName) return placed(pod, spec.nodeName);
    // Its binding is under way: the cache has not seen it yet.
    if (assumed.has(metadata.uid)) return;
    if (!profiles.has(schedulerNameOf(pod))) return;
    if (metadata.deletionTimestamp !== undefined) return queue.remove(metadata.uid);
    queue.set(pod);
    const promised = pod.status?.nominatedNodeName;
    if (promised && !nominator.nodeOf(metadata.uid)) nominator.set(podInfoOf(pod), promised);
  };
  podInformer.on({
    add: seen,
    update(pod, old) {
      if (old.metadata.uid !== pod.metadata.uid) gone(old);
      else if (old.status?.nominatedNodeName && !pod.status?.nominatedNodeName) nominator.remove(pod.metadata.uid);
      seen(pod);
    },
    delete: gone,
  });

  const nodeSeen = (node: Live<Node>, old?: Live<Node>) => {
    const aspects = changedAspects(node, old);
    cluster.setNode(node);
    const info = cluster.node(node.metadata.name);
    if (info && aspects.size > 0) queue.wake({ name: old ? 'NodeUpdate' : 'NodeAdd', node: info, aspects });
  };
  nodeInformer.on({
    add: (node) => nodeSeen(node),
    update: nodeSeen,
    delete(node) {
      cluster.removeNode(node.metadata.name);
      queue.wake({ name: 'NodeDelete' });
    },
  });
  namespaceInformer.on({
    update(namespace, old) {
      if (equalJson(namespace.metadata.labels, old.metadata.labels)) return;
      failures.forget();
      queue.wake({ name: 'NamespaceUpdate' });
    },
  });
}
