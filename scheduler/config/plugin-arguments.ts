import type { NodeAffinity } from '../../api/pod/placement/affinity.ts';

/** A resource and its share in a score. */
export interface ResourceWeight {
  readonly name: string;
  readonly weight: number;
}

/** A point of the line that gives a score (0 … 10) for each utilization (0 … 100). */
export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}

export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources: readonly ResourceWeight[];
  /** For RequestedToCapacityRatio: by rising utilization, at least one point. */
  readonly shape: readonly ShapePoint[];
}

/** A spread constraint for pods without constraints of their own; its selector is deduced from their Services and controllers. */
export interface DefaultConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
  readonly minDomains?: number | undefined;
  readonly nodeAffinityPolicy?: string | undefined;
  readonly nodeTaintsPolicy?: string | undefined;
}

/** The arguments of a profile's plugins, by plugin (kubescheduler.config.k8s.io/v1). */
export interface PluginArguments {
  readonly DefaultPreemption: { readonly minCandidateNodesPercentage: number; readonly minCandidateNodesAbsolute: number };
  readonly DynamicResources: {
    /** The time that the search for devices on one node may take; 0 for any. */
    readonly filterTimeoutMs: number;
    /** The time that devices have to meet their binding conditions. */
    readonly bindingTimeoutMs: number;
  };
  readonly InterPodAffinity: { readonly hardPodAffinityWeight: number; readonly ignorePreferredTermsOfExistingPods: boolean };
  readonly NodeAffinity: { readonly addedAffinity: NodeAffinity | undefined };
  readonly NodeResourcesBalancedAllocation: { readonly resources: readonly ResourceWeight[] };
  readonly NodeResourcesFit: {
    readonly ignoredResources: readonly string[];
    /** Prefixes of extended resources: the part before the slash. */
    readonly ignoredResourceGroups: readonly string[];
    readonly scoringStrategy: ScoringStrategy;
  };
  readonly PodTopologySpread: {
    /** The constraints; undefined for upstream's own, which prefer to spread over hosts and zones. */
    readonly defaultConstraints: readonly DefaultConstraint[] | undefined;
  };
  readonly VolumeBinding: { readonly bindTimeoutSeconds: number };
}

const CPU_AND_MEMORY: readonly ResourceWeight[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

export const DEFAULT_ARGUMENTS: PluginArguments = {
  DefaultPreemption: { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 },
  DynamicResources: { filterTimeoutMs: 10_000, bindingTimeoutMs: 600_000 },
  InterPodAffinity: { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false },
  NodeAffinity: { addedAffinity: undefined },
  NodeResourcesBalancedAllocation: { resources: CPU_AND_MEMORY },
  NodeResourcesFit: {
    ignoredResources: [],
    ignoredResourceGroups: [],
    scoringStrategy: { type: 'LeastAllocated', resources: CPU_AND_MEMORY, shape: [] },
  },
  PodTopologySpread: { defaultConstraints: undefined },
  VolumeBinding: { bindTimeoutSeconds: 600 },
};
