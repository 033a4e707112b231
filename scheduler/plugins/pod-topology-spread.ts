import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Selector } from '../../api/selector/selector.ts';
import type { DefaultConstraint } from '../config/plugin-arguments.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { compileSelector, withLabelKeys } from '../state/term.ts';
import { nodeChange } from './cluster-event.ts';
import { requiredNodeAffinity } from './node-affinity.ts';
import type { Filter, Score } from './plugin.ts';
import { MAX_SCORE, reject } from './plugin.ts';
import { HARD_EFFECTS, untolerated } from './taint-toleration.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

/** A spread constraint with its defaults filled in. */
export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: Selector;
  /** Nodes that the pod's node affinity rules out do not count. */
  readonly honorAffinity: boolean;
  /** Nodes whose taints the pod does not tolerate do not count. */
  readonly honorTaints: boolean;
}

/** Selects the pods that a pod without constraints of its own is spread among: those of its Services and its controller. */
export type DefaultSelector = (pod: PodInfo) => Selector | undefined;

/** The constraints of pods that have none of their own. */
export interface SpreadDefaults {
  /** The constraints; undefined for upstream's own, which prefer to spread over hosts and zones. */
  readonly constraints: readonly DefaultConstraint[] | undefined;
  readonly selectorOf: DefaultSelector;
}

const SYSTEM_DEFAULTS: readonly DefaultConstraint[] = [
  { topologyKey: HOSTNAME, maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
  { topologyKey: ZONE, maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
];

const NONE: readonly SpreadConstraint[] = [];
const hasOwn = ({ pod }: PodInfo): boolean => (pod.spec?.topologySpreadConstraints ?? []).length > 0;

/** The constraints of one kind that hold for a pod: its own, or else the default ones. */
function constraintsOf(
  info: PodInfo,
  whenUnsatisfiable: DefaultConstraint['whenUnsatisfiable'],
  defaults: SpreadDefaults,
): readonly SpreadConstraint[] {
  const { pod, labels } = info;
  if (hasOwn(info)) {
    return (pod.spec?.topologySpreadConstraints ?? [])
      .filter((constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable)
      .map((constraint) => compiled(constraint, compileSelector(withLabelKeys(constraint.labelSelector, labels, constraint.matchLabelKeys))));
  }
  const wanted = (defaults.constraints ?? SYSTEM_DEFAULTS).filter((constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable);
  const selector = wanted.length > 0 ? defaults.selectorOf(info) : undefined;
  return selector ? wanted.map((constraint) => compiled(constraint, selector)) : NONE;
}

type Limits = Omit<DefaultConstraint, 'whenUnsatisfiable'>;
const compiled = ({ topologyKey, maxSkew, minDomains, nodeAffinityPolicy, nodeTaintsPolicy }: Limits, selector: Selector): SpreadConstraint => ({
  topologyKey,
  maxSkew,
  minDomains: minDomains ?? 1,
  selector,
  honorAffinity: nodeAffinityPolicy !== 'Ignore',
  honorTaints: nodeTaintsPolicy === 'Honor',
});

/** The number of pods that the constraint counts, per node. */
function matchesPerNode({ selector }: SpreadConstraint, namespace: string, cluster: ClusterState): ReadonlyMap<NodeInfo, number> {
  const groups = cluster.matchingGroups(namespace, selector).filter(({ terminating }) => !terminating);
  const [only] = groups;
  // The pods of one ReplicaSet: no need to add up.
  if (only && groups.length === 1) return only.perNode;
  const counts = new Map<NodeInfo, number>();
  for (const { perNode } of groups) for (const [node, count] of perNode) counts.set(node, (counts.get(node) ?? 0) + count);
  return counts;
}

const hasAllKeys = (node: NodeInfo, constraints: readonly SpreadConstraint[]) =>
  constraints.every(({ topologyKey }) => node.labels[topologyKey] !== undefined);

/** Whether a constraint of the pod counts a node at all. */
function countedNodes(pod: Pod): (constraint: SpreadConstraint, node: NodeInfo) => boolean {
  const matches = requiredNodeAffinity(pod);
  const tolerations = pod.spec?.tolerations ?? [];
  return ({ honorAffinity, honorTaints }, node) => {
    if (honorAffinity && matches && !matches(node)) return false;
    return !honorTaints || !untolerated(node.node?.spec?.taints ?? [], tolerations, HARD_EFFECTS);
  };
}

/** Holds the constraints that must be met (DoNotSchedule): no domain may be more than maxSkew ahead of the emptiest. */
export const podTopologySpread = (defaults: SpreadDefaults): Filter => ({
  name: 'PodTopologySpread',
  prepare(info, cluster) {
    const constraints = constraintsOf(info, 'DoNotSchedule', defaults);
    if (constraints.length === 0) return undefined;
    const counts = countedNodes(info.pod);
    const eligible = cluster.nodes().filter((node) => hasAllKeys(node, constraints));
    const rules = constraints.map((constraint) => {
      const perNode = matchesPerNode(constraint, info.namespace, cluster);
      const domains = new Map<string, number>();
      for (const node of eligible) {
        if (!counts(constraint, node)) continue;
        const value = node.labels[constraint.topologyKey] ?? '';
        domains.set(value, (domains.get(value) ?? 0) + (perNode.get(node) ?? 0));
      }
      const least = domains.size < constraint.minDomains ? 0 : Math.min(...domains.values());
      return { ...constraint, domains, least, self: constraint.selector.matches(info.labels) ? 1 : 0 };
    });
    return (node) => {
      for (const { topologyKey, domains, least, self, maxSkew } of rules) {
        const value = node.labels[topologyKey];
        if (value === undefined) return MISSING_LABEL;
        if ((domains.get(value) ?? 0) + self - least > maxSkew) return TOO_UNEVEN;
      }
      return undefined;
    };
  },
  events: ['NodeAdd', 'NodeUpdate', 'NodeDelete', 'AssignedPodAdd', 'AssignedPodUpdate', 'AssignedPodDelete'],
  hint(event, pod) {
    if (event.name === 'NodeDelete' || nodeChange(event, 'labels', 'taints')) return true;
    if (!('pod' in event) || event.pod.namespace !== pod.namespace) return false;
    if (event.name === 'AssignedPodUpdate') return true;
    return constraintsOf(pod, 'DoNotSchedule', defaults).some(({ selector }) => selector.matches(event.pod.labels));
  },
});

const MISSING_LABEL = reject("node(s) didn't match pod topology spread constraints (missing required label)", false);
const TOO_UNEVEN = reject("node(s) didn't match pod topology spread constraints", true);

/** The score of a node that lacks a topology key; `normalize` makes it 0. */
const IGNORED = -1;

/** Prefers emptier domains, by the constraints that should be met (ScheduleAnyway): the pod's own, or the default ones if it has none. */
export function podTopologySpreadScore(defaults: SpreadDefaults): Score {
  return {
    name: 'PodTopologySpread',
    prepare(info, cluster, feasible) {
      const constraints = constraintsOf(info, 'ScheduleAnyway', defaults);
      if (constraints.length === 0) return undefined;
      // Upstream's default constraints must not punish nodes that know no zone.
      const strict = hasOwn(info) || defaults.constraints !== undefined;
      const counts = countedNodes(info.pod);
      const ignored = new Set(strict ? feasible.filter((node) => !hasAllKeys(node, constraints)) : []);
      const rules = constraints.map((constraint) => {
        const perNode = matchesPerNode(constraint, info.namespace, cluster);
        if (constraint.topologyKey === HOSTNAME) {
          const weight = Math.log(feasible.length - ignored.size + 2);
          return { ...constraint, weight, countOn: (node: NodeInfo) => perNode.get(node) ?? 0 };
        }
        const domains = new Map<string | undefined, number>();
        for (const node of feasible) if (!ignored.has(node)) domains.set(node.labels[constraint.topologyKey], 0);
        for (const [node, count] of perNode) {
          const value = node.labels[constraint.topologyKey];
          const sum = domains.get(value);
          if (sum === undefined || !node.node || (strict && !hasAllKeys(node, constraints)) || !counts(constraint, node)) continue;
          domains.set(value, sum + count);
        }
        return {
          ...constraint,
          weight: Math.log(domains.size + 2),
          countOn: (node: NodeInfo) => domains.get(node.labels[constraint.topologyKey]) ?? 0,
        };
      });
      return (node) => {
        if (ignored.has(node)) return IGNORED;
        let score = 0;
        for (const { topologyKey, maxSkew, weight, countOn } of rules) {
          if (node.labels[topologyKey] !== undefined) score += countOn(node) * weight + (maxSkew - 1);
        }
        return Math.round(score);
      };
    },
    normalize(scores) {
      const counted = scores.filter((score) => score !== IGNORED);
      const max = Math.max(0, ...counted);
      const min = Math.min(...counted);
      for (let index = 0; index < scores.length; index++) {
        const score = scores[index] ?? 0;
        if (score === IGNORED) scores[index] = 0;
        else scores[index] = max === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (max + min - score)) / max);
      }
    },
  };
}
