import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { ContainerPort } from '../../../api/pod/container/container.ts';
import { matchesNodeAffinity } from '../../../api/pod/placement/node-affinity.ts';
import { tolerates } from '../../../api/pod/placement/toleration.ts';
import { isExtendedResource } from '../../../api/pod/resources/resource-names.ts';
import { valueOfQuantity } from '../../../api/schema/quantity.ts';
import type { NodeAbilities } from '../../contract/node-abilities.ts';
import type { Shortage } from '../../spec/node-room.ts';
import { outOf, shortageOf } from '../../spec/node-room.ts';
import { qosClass, requestedResources } from '../../spec/pod-resources.ts';
import { isStatic } from '../sources/static-pods.ts';
import { isCritical } from './critical-pods.ts';
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
  return generalFilter(pod, node, others, allocatable) ?? refuseForFeatures(pod, abilities);
}

/** Checks a pod against the node and its other pods; the order of the reasons is kubelet's (generalFilter, HandleAdmissionFailure). */
function generalFilter(
  pod: Pod,
  node: AdmissionFacts['node'],
  others: readonly Pod[],
  allocatable: AdmissionFacts['allocatable'],
): Rejection | undefined {
  const shortages = shortagesOf(pod, others, allocatable);
  const [first] = shortages;
  const misfit = () => affinityMismatch(pod, node) ?? portConflict(pod, others) ?? untoleratedTaint(pod, node);
  if (!first) return misfit();
  const { reason, message } = first;
  // A critical pod is not refused for a lack of resources: the node ends others for it, unless something else is against it.
  return isCritical(pod) ? (misfit() ?? { reason, message, shortages }) : { reason, message };
}

function shortagesOf(pod: Pod, others: readonly Pod[], allocatable: AdmissionFacts['allocatable']): readonly Shortage[] {
  const capacity = allocatable.pods === undefined ? Number.POSITIVE_INFINITY : valueOfQuantity(allocatable.pods);
  const tooMany = others.length + 1 > capacity ? [outOf('pods', 1, others.length, capacity)] : [];
  const names = new Set(['cpu', 'memory', 'ephemeral-storage', ...Object.keys(allocatable), ...unlistedResources(pod, allocatable)]);
  names.delete('pods');
  return [...tooMany, ...[...names].flatMap((resource) => shortageOf(pod, resource, others, allocatable) ?? [])];
}

/**
 * The resources that a pod asks for and the node has nothing of: huge pages of another size. Extended resources are not among them, as those may be the
 * cluster's and not the node's, nor are those that devices of a claim stand for (removeMissingExtendedResources).
 */
function unlistedResources(pod: Pod, allocatable: AdmissionFacts['allocatable']): readonly string[] {
  const claimed = pod.status?.extendedResourceClaimStatus?.requestMappings?.map(({ resourceName }) => resourceName) ?? [];
  return [...requestedResources(pod)].filter((name) => !(name in allocatable) && !isExtendedResource(name) && !claimed.includes(name));
}

const failed = (predicate: string, why: string): Rejection => ({ reason: predicate, message: `Predicate ${predicate} failed: ${why}` });

function affinityMismatch({ spec }: Pod, { metadata }: AdmissionFacts['node']): Rejection | undefined {
  const facts = { name: metadata?.name ?? '', labels: metadata?.labels ?? {} };
  if (matchesNodeAffinity(spec?.affinity?.nodeAffinity, spec?.nodeSelector, facts)) return undefined;
  return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
}

/** Only the effect NoExecute concerns a node, and static pods are of its own choice. */
function untoleratedTaint(pod: Pod, { spec }: AdmissionFacts['node']): Rejection | undefined {
  const { tolerations = [] } = pod.spec ?? {};
  const isUntolerated = spec?.taints?.some((taint) => taint.effect === 'NoExecute' && !tolerations.some((each) => tolerates(each, taint)));
  return isUntolerated && !isStatic(pod) ? failed('TaintToleration', "node(s) had taints that the pod didn't tolerate") : undefined;
}

const MEMORY_TAINT = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' };

/** Whether a node that runs out of something does not take the pod (pkg/kubelet/eviction/eviction_manager.go, Admit). */
function isUnderPressure(pod: Pod, pressure: readonly string[]): boolean {
  if (pressure.length === 0 || isCritical(pod)) return false;
  if (pressure.length > 1 || pressure[0] !== 'MemoryPressure') return true;
  // Pods that have asked for memory are not to blame.
  if (qosClass(pod.spec) !== 'BestEffort') return false;
  return !pod.spec?.tolerations?.some((toleration) => tolerates(toleration, MEMORY_TAINT));
}

function portConflict(pod: Pod, others: readonly Pod[]): Rejection | undefined {
  const wanted = hostPortsOf(pod);
  if (wanted.length === 0) return undefined;
  const any = (ip: string | undefined) => ip === undefined || ip === '' || ip === '0.0.0.0';
  const taken = others.flatMap(hostPortsOf);
  const conflict = wanted.some(({ hostPort, hostIP, protocol = 'TCP' }) =>
    taken.some(
      (other) =>
        other.hostPort === hostPort && (other.protocol ?? 'TCP') === protocol && (any(other.hostIP) || any(hostIP) || other.hostIP === hostIP),
    ),
  );
  return conflict ? failed('NodePorts', "node(s) didn't have free ports for the requested pod ports") : undefined;
}

/** The host ports of containers that run as long as the pod: sidecars are such too. */
function hostPortsOf({ spec }: Pod): readonly ContainerPort[] {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...sidecars, ...(spec?.containers ?? [])].flatMap(({ ports = [] }) => ports.filter(({ hostPort = 0 }) => hostPort > 0));
}
