import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { matchesNodeAffinity } from '../../../api/pod/placement/node-affinity.ts';
import { tolerates } from '../../../api/pod/placement/toleration.ts';
import { valueOfQuantity } from '../../../api/schema/quantity.ts';
import type { NodeAbilities } from '../../contract/node-abilities.ts';
import { ANNOTATION } from '../../contract/runtime-labels.ts';
import { SYSTEM_CRITICAL_PRIORITY } from '../../spec/critical-priority.ts';
import { outOf, shortageOf } from '../../spec/node-room.ts';
import { qosClass } from '../../spec/pod-resources.ts';
import { refuseForFeatures } from './feature-admission.ts';
import type { Rejection } from './rejection.ts';
import { refuseUnsupported } from './security-admission.ts';
import type { SysctlAllowlist } from './sysctl-allowlist.ts';

export interface AdmissionFacts {
  readonly node: Pick<Node, 'metadata' | 'spec'>;
  readonly allocatable: Readonly<Record<string, string>>;
  /** Pods that were admitted and have not ended. */
  readonly others: readonly Pod[];
  readonly abilities: NodeAbilities;
  readonly sysctls: SysctlAllowlist;
  /** The conditions by which the node shows that it runs out of something: `MemoryPressure`. */
  readonly pressure: readonly string[];
  /** The machine is about to go. */
  readonly isShuttingDown: boolean;
}

/**
 * Decides whether the node takes a pod that was bound to it: the scheduler may have worked from an old picture, or there was none.
 * Texts are kubelet's (pkg/kubelet/lifecycle/predicate.go). Returns undefined if it does.
 */
export function admitPod(
  pod: Pod,
  { node, allocatable, others, abilities, sysctls, pressure, isShuttingDown }: AdmissionFacts,
): Rejection | undefined {
  if (isUnderPressure(pod, pressure)) return { reason: 'Evicted', message: `The node had condition: [${pressure.join(' ')}]. ` };
  if (isShuttingDown) return { reason: 'NodeShutdown', message: 'Pod was rejected as the node is shutting down.' };
  const unsupported = refuseUnsupported(pod, abilities, sysctls);
  if (unsupported) return unsupported;
  const facts = { name: node.metadata?.name ?? '', labels: node.metadata?.labels ?? {} };
  if (!matchesNodeAffinity(pod.spec?.affinity?.nodeAffinity, pod.spec?.nodeSelector, facts)) {
    const why = "node(s) didn't match Pod's node affinity/selector";
    return { reason: 'NodeAffinity', message: `Predicate NodeAffinity failed: ${why}` };
  }
  const capacity = allocatable.pods === undefined ? Number.POSITIVE_INFINITY : valueOfQuantity(allocatable.pods);
  if (others.length + 1 > capacity) return outOf('pods', 1, others.length, capacity);
  for (const resource of Object.keys(allocatable)) {
    if (resource === 'pods') continue;
    const shortage = shortageOf(pod, resource, others, allocatable);
    if (shortage && (pod.spec?.priority ?? 0) < SYSTEM_CRITICAL_PRIORITY) return shortage;
  }
  return portConflict(pod, others) ?? refuseForFeatures(pod, abilities);
}

const MEMORY_TAINT = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' };

/** Whether a node that runs out of something does not take the pod (pkg/kubelet/eviction/eviction_manager.go, Admit). */
function isUnderPressure({ spec, metadata }: Pod, pressure: readonly string[]): boolean {
  if (pressure.length === 0 || (spec?.priority ?? 0) >= SYSTEM_CRITICAL_PRIORITY || metadata?.annotations?.[ANNOTATION.configSource] === 'file')
    return false;
  if (pressure.length > 1 || pressure[0] !== 'MemoryPressure') return true;
  // Pods that have asked for memory are not to blame.
  if (qosClass(spec) !== 'BestEffort') return false;
  return !spec?.tolerations?.some((toleration) => tolerates(toleration, MEMORY_TAINT));
}

function portConflict(pod: Pod, others: readonly Pod[]): Rejection | undefined {
  const portsOf = (other: Pod) =>
    (other.spec?.containers ?? []).flatMap(({ ports = [] }) =>
      ports.filter(({ hostPort = 0 }) => hostPort > 0).map(({ hostPort, hostIP, protocol = 'TCP' }) => ({ hostPort, hostIP, protocol })),
    );
  const any = (ip: string | undefined) => ip === undefined || ip === '' || ip === '0.0.0.0';
  const taken = others.flatMap(portsOf);
  const conflict = portsOf(pod).some((port) =>
    taken.some(
      (other) =>
        other.hostPort === port.hostPort &&
        other.protocol === port.protocol &&
        (any(other.hostIP) || any(port.hostIP) || other.hostIP === port.hostIP),
    ),
  );
  const why = "node(s) didn't have free ports for the requested pod ports";
  return conflict ? { reason: 'NodePorts', message: `Predicate NodePorts failed: ${why}` } : undefined;
}
