import type { PluginArguments } from '../config/plugin-arguments.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { AffinityGroup } from '../state/pod-groups.ts';
import type { AffinityTerms, PodInfo } from '../state/pod-info.ts';
import type { Term } from '../state/term.ts';
import { termMatches } from '../state/term.ts';
import { nodeChange } from './cluster-event.ts';
import type { Filter, Score } from './plugin.ts';
import { MAX_SCORE, reject } from './plugin.ts';

/** The number of pods in each domain, by topology key and value. */
type Domains = Map<string, Map<string, number>>;

function addTo(domains: Domains, key: string, perNode: ReadonlyMap<NodeInfo, number>, factor = 1): void {
  for (const [node, count] of perNode) {
    const value = node.labels[key];
    if (value === undefined) continue;
    let values = domains.get(key);
    if (!values) {
      values = new Map();
      domains.set(key, values);
    }
    values.set(value, (values.get(value) ?? 0) + factor * count);
  }
}

const countIn = (domains: Domains, key: string, node: NodeInfo): number => domains.get(key)?.get(node.labels[key] ?? '') ?? 0;

const NO_TERMS: AffinityTerms = { required: [], preferred: [], antiRequired: [], antiPreferred: [] };

/** The domains with pods whose required anti-affinity selects this pod. */
function forbiddenDomains(pod: PodInfo, cluster: ClusterState): Domains {
  const domains: Domains = new Map();
  for (const group of cluster.affinityGroups()) {
    for (const term of group.terms.antiRequired) {
      if (termMatches(term, pod.namespace, pod.labels, cluster.namespaceLabels)) addTo(domains, term.topologyKey, group.perNode);
    }
  }
  return domains;
}

/** Holds the pod's required affinity and anti-affinity, and the required anti-affinity of the pods that are placed already. */
export const interPodAffinity: Filter = {
  name: 'InterPodAffinity',
  prepare(pod, cluster) {
    const { required, antiRequired } = pod.affinity ?? NO_TERMS;
    const forbidden = cluster.affinityGroupCount === 0 ? new Map() : forbiddenDomains(pod, cluster);
    if (required.length === 0 && antiRequired.length === 0 && forbidden.size === 0) return undefined;
    const matches = (term: Term, of: { readonly namespace: string; readonly labels: PodInfo['labels'] }) =>
      termMatches(term, of.namespace, of.labels, cluster.namespaceLabels);
    const near: Domains = new Map();
    const apart: Domains = new Map();
    if (required.length > 0 || antiRequired.length > 0) {
      for (const group of cluster.groups()) {
        // Only pods that meet all terms together make a domain a good one.
        if (required.length > 0 && required.every((term) => matches(term, group))) {
          for (const term of required) addTo(near, term.topologyKey, group.perNode);
        }
        for (const term of antiRequired) if (matches(term, group)) addTo(apart, term.topologyKey, group.perNode);
      }
    }
    // The first pod of a set that wants to be near itself may start anywhere.
    const mayBeFirst = near.size === 0 && required.every((term) => matches(term, pod));
    return (node) => {
      if (!required.every((term) => node.labels[term.topologyKey] !== undefined)) return NOT_NEAR;
      if (!mayBeFirst && !required.every((term) => countIn(near, term.topologyKey, node) > 0)) return NOT_NEAR;
      if (antiRequired.some((term) => countIn(apart, term.topologyKey, node) > 0)) return NOT_APART;
      for (const key of forbidden.keys()) if (countIn(forbidden, key, node) > 0) return UNWELCOME;
      return undefined;
    };
  },
  events: ['NodeAdd', 'NodeUpdate', 'AssignedPodAdd', 'AssignedPodUpdate', 'AssignedPodDelete', 'NamespaceUpdate'],
  hint(event, { affinity }) {
    if (nodeChange(event, 'labels') || event.name === 'NamespaceUpdate' || event.name === 'AssignedPodUpdate') return true;
    if (!('pod' in event)) return false;
    const { namespace, labels, affinity: its } = event.pod;
    const { required = [], antiRequired = [] } = affinity ?? {};
    const terms = event.name === 'AssignedPodAdd' ? required : antiRequired;
    const meant = terms.some((term) => term.namespaceSelector !== undefined || termMatches(term, namespace, labels, () => undefined));
    return meant || (event.name === 'AssignedPodDelete' && (its?.antiRequired.length ?? 0) > 0);
  },
};

const NOT_NEAR = reject("node(s) didn't match pod affinity rules", false);
const NOT_APART = reject("node(s) didn't match pod anti-affinity rules", true);
const UNWELCOME = reject("node(s) didn't satisfy existing pods anti-affinity rules", true);

/** Prefers nodes by the pod's preferred terms about placed pods, and by theirs about the pod. */
export function interPodAffinityScore(args: PluginArguments['InterPodAffinity']): Score {
  return {
    name: 'InterPodAffinity',
    prepare(pod, cluster) {
      const { preferred, antiPreferred } = pod.affinity ?? NO_TERMS;
      const isIndifferent = preferred.length === 0 && antiPreferred.length === 0;
      if (isIndifferent && (cluster.affinityGroupCount === 0 || args.ignorePreferredTermsOfExistingPods)) return undefined;
      const domains: Domains = new Map();
      if (!isIndifferent) {
        for (const group of cluster.groups()) {
          for (const [terms, sign] of [[preferred, 1] as const, [antiPreferred, -1] as const]) {
            for (const term of terms) {
              const met = termMatches(term, group.namespace, group.labels, cluster.namespaceLabels);
              if (met) addTo(domains, term.topologyKey, group.perNode, sign * term.weight);
            }
          }
        }
      }
      for (const group of cluster.affinityGroups()) addPreferencesOf(group, pod, cluster, domains, args);
      if (domains.size === 0) return undefined;
      return (node) => {
        let score = 0;
        for (const key of domains.keys()) score += countIn(domains, key, node);
        return score;
      };
    },
    normalize(scores) {
      const max = Math.max(...scores);
      const min = Math.min(...scores);
      for (let index = 0; index < scores.length; index++) {
        scores[index] = max === min ? 0 : Math.trunc((MAX_SCORE * ((scores[index] ?? 0) - min)) / (max - min));
      }
    },
  };
}

/** Counts the terms of placed pods that mean the pod. Their required affinity counts as a preference of the weight hardPodAffinityWeight. */
function addPreferencesOf(
  group: AffinityGroup,
  pod: PodInfo,
  cluster: ClusterState,
  domains: Domains,
  { hardPodAffinityWeight }: PluginArguments['InterPodAffinity'],
): void {
  const means = (term: Term) => termMatches(term, pod.namespace, pod.labels, cluster.namespaceLabels);
  const { required, preferred, antiPreferred } = group.terms;
  if (hardPodAffinityWeight > 0) {
    for (const term of required) if (means(term)) addTo(domains, term.topologyKey, group.perNode, hardPodAffinityWeight);
  }
  for (const term of preferred) if (means(term)) addTo(domains, term.topologyKey, group.perNode, term.weight);
  for (const term of antiPreferred) if (means(term)) addTo(domains, term.topologyKey, group.perNode, -term.weight);
}
