import { featuresNeeded } from '../../api/pod/spec/node-features.ts';
import { usesDevices } from '../plugins/pod-devices.ts';
import type { Nominator } from '../queue/nominator.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { Diagnosis } from './diagnosis.ts';

export interface Failure {
  readonly diagnosis: Diagnosis;
  /** The answers of the PostFilter plugins. */
  readonly message: string;
}

/**
 * Remembers which kinds of pods fit nowhere while nothing changes in the cluster: of a thousand replicas that wait for room,
 * one is tried and the others get the same answer.
 */
export interface FailureMemo {
  /** Returns undefined if the pod has to be tried. */
  find(pod: PodInfo): Failure | undefined;
  remember(pod: PodInfo, failure: Failure): void;
  forget(): void;
}

export function createFailureMemo(cluster: ClusterState, nominator: Nominator): FailureMemo {
  const failures = new Map<string, Failure>();
  let version = -1;
  // Claims differ from replica to replica, and their changes do not show in the cluster's version.
  const hasClaims = (pod: PodInfo) => pod.claims.length > 0 || (cluster.devices !== undefined && usesDevices(pod, cluster.devices));
  const refresh = () => {
    // Both only grow, so the sum changes with either.
    const now = cluster.version + nominator.version;
    if (now !== version) failures.clear();
    version = now;
  };
  return {
    find(pod) {
      refresh();
      return failures.size === 0 || hasClaims(pod) || nominator.nodeOf(pod.uid) !== undefined ? undefined : failures.get(signature(pod));
    },
    remember(pod, failure) {
      refresh();
      if (nominator.nodeOf(pod.uid) === undefined && !hasClaims(pod)) failures.set(signature(pod), failure);
    },
    forget: () => failures.clear(),
  };
}

/** Every part of a pod that filters and preemption look at. Not its whole spec: the names of token volumes differ from replica to replica. */
function signature({ pod, namespace, labels, requested, hostPorts }: PodInfo): string {
  const { schedulerName, nodeName, nodeSelector, affinity, tolerations, topologySpreadConstraints, priority, preemptionPolicy } = pod.spec ?? {};
  const { milliCpu, memory, ephemeralStorage, scalars } = requested;
  return JSON.stringify([
    namespace,
    labels,
    [schedulerName, nodeName, nodeSelector, affinity, tolerations, topologySpreadConstraints, priority, preemptionPolicy],
    [milliCpu, memory, ephemeralStorage, [...(scalars ?? [])]],
    hostPorts,
    pod.spec && featuresNeeded(pod.spec),
  ]);
}
