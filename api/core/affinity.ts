import { LabelSelector } from '../meta/label-selector.ts';
import type { Infer } from '../schema/fields.ts';
import { int32, int64, list, string, struct } from '../schema/fields.ts';

export const NodeSelectorRequirement = struct('NodeSelectorRequirement', {
  key: string(),
  operator: string(),
  values: list(string()).optional(),
});
export type NodeSelectorRequirement = Infer<typeof NodeSelectorRequirement>;

export const NodeSelectorTerm = struct('NodeSelectorTerm', {
  matchExpressions: list(NodeSelectorRequirement).optional(),
  matchFields: list(NodeSelectorRequirement).optional(),
});
export type NodeSelectorTerm = Infer<typeof NodeSelectorTerm>;

export const NodeSelector = struct('NodeSelector', {
  nodeSelectorTerms: list(NodeSelectorTerm),
});
export type NodeSelector = Infer<typeof NodeSelector>;

export const PreferredSchedulingTerm = struct('PreferredSchedulingTerm', {
  preference: NodeSelectorTerm,
  weight: int32(),
});
export type PreferredSchedulingTerm = Infer<typeof PreferredSchedulingTerm>;

export const NodeAffinity = struct('NodeAffinity', {
  preferredDuringSchedulingIgnoredDuringExecution: list(PreferredSchedulingTerm).optional(),
  requiredDuringSchedulingIgnoredDuringExecution: NodeSelector.optional(),
});
export type NodeAffinity = Infer<typeof NodeAffinity>;

export const PodAffinityTerm = struct('PodAffinityTerm', {
  labelSelector: LabelSelector.optional(),
  matchLabelKeys: list(string()).optional(),
  mismatchLabelKeys: list(string()).optional(),
  namespaceSelector: LabelSelector.optional(),
  namespaces: list(string()).optional(),
  topologyKey: string(),
});
export type PodAffinityTerm = Infer<typeof PodAffinityTerm>;

export const WeightedPodAffinityTerm = struct('WeightedPodAffinityTerm', {
  podAffinityTerm: PodAffinityTerm,
  weight: int32(),
});
export type WeightedPodAffinityTerm = Infer<typeof WeightedPodAffinityTerm>;

export const PodAffinity = struct('PodAffinity', {
  preferredDuringSchedulingIgnoredDuringExecution: list(WeightedPodAffinityTerm).optional(),
  requiredDuringSchedulingIgnoredDuringExecution: list(PodAffinityTerm).optional(),
});
export type PodAffinity = Infer<typeof PodAffinity>;

export const PodAntiAffinity = struct('PodAntiAffinity', {
  preferredDuringSchedulingIgnoredDuringExecution: list(WeightedPodAffinityTerm).optional(),
  requiredDuringSchedulingIgnoredDuringExecution: list(PodAffinityTerm).optional(),
});
export type PodAntiAffinity = Infer<typeof PodAntiAffinity>;

export const Affinity = struct('Affinity', {
  nodeAffinity: NodeAffinity.optional(),
  podAffinity: PodAffinity.optional(),
  podAntiAffinity: PodAntiAffinity.optional(),
});
export type Affinity = Infer<typeof Affinity>;

export const Toleration = struct('Toleration', {
  effect: string().optional(),
  key: string().optional(),
  operator: string().optional(),
  tolerationSeconds: int64().optional(),
  value: string().optional(),
});
export type Toleration = Infer<typeof Toleration>;

export const TopologySpreadConstraint = struct('TopologySpreadConstraint', {
  labelSelector: LabelSelector.optional(),
  matchLabelKeys: list(string()).optional(),
  maxSkew: int32(),
  minDomains: int32().optional(),
  nodeAffinityPolicy: string().optional(),
  nodeTaintsPolicy: string().optional(),
  topologyKey: string(),
  whenUnsatisfiable: string(),
});
export type TopologySpreadConstraint = Infer<typeof TopologySpreadConstraint>;
