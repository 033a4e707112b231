import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { requiredNodeAffinity } from '../plugins/node-affinity.ts';
import { portsConflict } from '../plugins/node-basics.ts';
import { HARD_EFFECTS, untolerated } from '../plugins/taints.ts';
import { constraintsOf } from '../plugins/topology-spread.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { termMatches } from '../state/term.ts';

export type NodeAspect = 'labels' | 'taints' | 'allocatable' | 'unschedulable';

/** A change in the cluster that could let a waiting pod be scheduled. Names are those of the metric's `event` label. */
export type ClusterEvent =
  | { readonly name: 'NodeAdd' | 'NodeUpdate'; readonly node: NodeInfo; readonly aspects: ReadonlySet<NodeAspect> }
  | { readonly name: 'NodeDelete' }
  /** `AssignedPodUpdate`: its labels changed, or it began to terminate; `ScaleDown`: it asks for less. */
  | { readonly name: 'AssignedPodAdd' | 'AssignedPodUpdate' | 'AssignedPodScaleDown' | 'AssignedPodDelete'; readonly pod: PodInfo }
  /** Labels of a namespace, which affinity terms select by. */
  | { readonly name: 'NamespaceUpdate' };

const ASPECTS: Readonly<Record<NodeAspect, (node: Live<Node>) => unknown>> = {
  labels: (node) => node.metadata.labels,
  taints: (node) => node.spec?.taints,
  allocatable: (node) => node.status?.allocatable,
  unschedulable: (node) => node.spec?.unschedulable ?? false,
};

/** What of a node that matters to pods differs between two states of it; all of it, where it is new. */
export function changedAspects(node: Live<Node>, old: Live<Node> | undefined): ReadonlySet<NodeAspect> {
  const all = Object.entries(ASPECTS) as [NodeAspect, (node: Live<Node>) => unknown][];
  return new Set(all.flatMap(([aspect, of]) => (!old || JSON.stringify(of(node)) !== JSON.stringify(of(old)) ? [aspect] : [])));
}

type Hint = (event: ClusterEvent, pod: PodInfo) => boolean;

const nodeChange = (event: ClusterEvent, ...aspects: readonly NodeAspect[]): NodeInfo | undefined =>
  'node' in event && aspects.some((aspect) => event.aspects.has(aspect)) ? event.node : undefined;

/** By filter: whether an event could change its mind about a pod that it rejected somewhere. */
const HINTS: Readonly<Record<string, Hint>> = {
  NodeUnschedulable(event) {
    const node = nodeChange(event, 'unschedulable');
    return node !== undefined && !node.node?.spec?.unschedulable;
  },
  NodeName: (event, { pod }) => 'node' in event && event.node.name === pod.spec?.nodeName,
  TaintToleration(event, { pod }) {
    const node = nodeChange(event, 'taints');
    return node !== undefined && !untolerated(node.node?.spec?.taints ?? [], pod.spec?.tolerations ?? [], HARD_EFFECTS);
  },
  NodeAffinity(event, { pod }) {
    const node = nodeChange(event, 'labels');
    return node !== undefined && (requiredNodeAffinity(pod)?.(node) ?? true);
  },
  NodePorts(event, { hostPorts }) {
    if (event.name === 'NodeAdd') return true;
    return event.name === 'AssignedPodDelete' && event.pod.hostPorts.some((port) => hostPorts.some((wanted) => portsConflict(wanted, port)));
  },
  NodeResourcesFit(event, { requested }) {
    if (event.name === 'AssignedPodDelete' || event.name === 'AssignedPodScaleDown') return true;
    const node = nodeChange(event, 'allocatable');
    return node !== undefined && requested.milliCpu <= node.allocatable.milliCpu && requested.memory <= node.allocatable.memory;
  },
  PodTopologySpread(event, pod) {
    if (event.name === 'NodeDelete' || nodeChange(event, 'labels', 'taints')) return true;
    if (!('pod' in event) || event.pod.namespace !== pod.namespace) return false;
    return event.name === 'AssignedPodUpdate' || constraintsOf(pod, 'DoNotSchedule').some(({ selector }) => selector.matches(event.pod.labels));
  },
  InterPodAffinity(event, { affinity }) {
    if (nodeChange(event, 'labels') || event.name === 'NamespaceUpdate' || event.name === 'AssignedPodUpdate') return true;
    if (!('pod' in event)) return false;
    const { namespace, labels, affinity: its } = event.pod;
    const { required = [], antiRequired = [] } = affinity ?? {};
    const terms = event.name === 'AssignedPodAdd' ? required : antiRequired;
    const meant = terms.some((term) => term.namespaceSelector !== undefined || termMatches(term, namespace, labels, () => undefined));
    return meant || (event.name === 'AssignedPodDelete' && (its?.antiRequired.length ?? 0) > 0);
  },
};

/** Filters that an event can matter to at all. */
const CONCERNS: Readonly<Record<ClusterEvent['name'], readonly string[]>> = {
  NodeAdd: Object.keys(HINTS),
  NodeUpdate: Object.keys(HINTS),
  NodeDelete: ['PodTopologySpread'],
  AssignedPodAdd: ['PodTopologySpread', 'InterPodAffinity'],
  AssignedPodUpdate: ['PodTopologySpread', 'InterPodAffinity'],
  AssignedPodScaleDown: ['NodeResourcesFit'],
  AssignedPodDelete: ['NodePorts', 'NodeResourcesFit', 'PodTopologySpread', 'InterPodAffinity'],
  NamespaceUpdate: ['InterPodAffinity'],
};

/** What stands for "nobody rejected it": such a pod (there was no node at all) waits for anything. */
export const ANYONE = '';

/** The filters whose rejected pods an event may wake: with `couldHelp` for each of those. */
export const concerns = (event: ClusterEvent): readonly string[] => [ANYONE, ...CONCERNS[event.name]];

export const couldHelp = (event: ClusterEvent, filter: string, pod: PodInfo): boolean => filter === ANYONE || (HINTS[filter]?.(event, pod) ?? true);
