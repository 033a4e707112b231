import { LabelSelector } from '../../meta/label-selector.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, atomicStruct, int32, int64, ref, string, struct } from '../../schema/fields.ts';

export const NodeSelectorRequirement = struct('NodeSelectorRequirement', 'One expression about a node.', {
  key: string('Label key, or name of a field.').tag(1),
  operator: string('In, NotIn, Exists, DoesNotExist, Gt or Lt.', {
    goType: 'NodeSelectorOperator',
    enum: ['DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn'],
  }).tag(2),
  values: atomicList(string(), 'Values to compare with; one number for Gt and Lt.').tag(3).optional(),
});
export type NodeSelectorRequirement = Infer<typeof NodeSelectorRequirement>;

export const NodeSelectorTerm = atomicStruct('NodeSelectorTerm', 'Expressions about a node that must all hold; an empty term matches no node.', {
  matchExpressions: atomicList(NodeSelectorRequirement, 'Expressions about labels.').tag(1).optional(),
  matchFields: atomicList(NodeSelectorRequirement, 'Expressions about fields.').tag(2).optional(),
});
export type NodeSelectorTerm = Infer<typeof NodeSelectorTerm>;

export const NodeSelector = atomicStruct('NodeSelector', 'Terms of which one must match.', {
  nodeSelectorTerms: atomicList(NodeSelectorTerm, 'The terms.').tag(1),
});
export type NodeSelector = Infer<typeof NodeSelector>;

export const PreferredSchedulingTerm = struct('PreferredSchedulingTerm', 'A term that adds to the score of the nodes it matches.', {
  preference: ref(NodeSelectorTerm, 'The term.').tag(2),
  weight: int32('What a match is worth, 1 to 100.').tag(1),
});
export type PreferredSchedulingTerm = Infer<typeof PreferredSchedulingTerm>;

export const NodeAffinity = struct('NodeAffinity', 'Which nodes a pod must or should run on.', {
  preferredDuringSchedulingIgnoredDuringExecution: atomicList(PreferredSchedulingTerm, "Terms that raise a node's score.").tag(2).optional(),
  requiredDuringSchedulingIgnoredDuringExecution: ref(NodeSelector, 'Terms of which the node must match one when the pod is scheduled.')
    .tag(1)
    .optional(),
});
export type NodeAffinity = Infer<typeof NodeAffinity>;

export const PodAffinityTerm = struct('PodAffinityTerm', 'A set of pods to be near to, or away from.', {
  labelSelector: ref(LabelSelector, 'Selects the pods by their labels.').tag(1).optional(),
  matchLabelKeys: atomicList(string(), 'Labels of the incoming pod whose values the others must share.').tag(5).optional(),
  mismatchLabelKeys: atomicList(string(), 'Labels of the incoming pod whose values the others must not share.').tag(6).optional(),
  namespaceSelector: ref(LabelSelector, 'Selects the namespaces of the pods; empty selects all.').tag(4).optional(),
  namespaces: atomicList(string(), "Namespaces of the pods; the pod's own, where no selector is given either.").tag(2).optional(),
  topologyKey: string('Node label whose equal values mean the same place.').tag(3),
});
export type PodAffinityTerm = Infer<typeof PodAffinityTerm>;

export const WeightedPodAffinityTerm = struct('WeightedPodAffinityTerm', 'A term that adds to the score of the nodes it matches.', {
  podAffinityTerm: ref(PodAffinityTerm, 'The term.').tag(2),
  weight: int32('What a match is worth, 1 to 100.').tag(1),
});
export type WeightedPodAffinityTerm = Infer<typeof WeightedPodAffinityTerm>;

export const PodAffinity = struct('PodAffinity', 'Which pods to be near to.', {
  preferredDuringSchedulingIgnoredDuringExecution: atomicList(WeightedPodAffinityTerm, "Terms that raise a node's score.").tag(2).optional(),
  requiredDuringSchedulingIgnoredDuringExecution: atomicList(PodAffinityTerm, 'Terms that must all hold when the pod is scheduled.')
    .tag(1)
    .optional(),
});
export type PodAffinity = Infer<typeof PodAffinity>;

export const PodAntiAffinity = struct('PodAntiAffinity', 'Which pods to keep away from.', {
  preferredDuringSchedulingIgnoredDuringExecution: atomicList(WeightedPodAffinityTerm, "Terms that lower a node's score.").tag(2).optional(),
  requiredDuringSchedulingIgnoredDuringExecution: atomicList(PodAffinityTerm, 'Terms of which none may be met when the pod is scheduled.')
    .tag(1)
    .optional(),
});
export type PodAntiAffinity = Infer<typeof PodAntiAffinity>;

export const Affinity = struct('Affinity', 'Where a pod wants to run.', {
  nodeAffinity: ref(NodeAffinity, 'Which nodes.').tag(1).optional(),
  podAffinity: ref(PodAffinity, 'Near which pods.').tag(2).optional(),
  podAntiAffinity: ref(PodAntiAffinity, 'Away from which pods.').tag(3).optional(),
});
export type Affinity = Infer<typeof Affinity>;

export const Toleration = struct('Toleration', 'A taint that a pod puts up with.', {
  effect: string('Effect to tolerate; empty means all.', { goType: 'TaintEffect', enum: ['NoExecute', 'NoSchedule', 'PreferNoSchedule'] })
    .tag(4)
    .optional(),
  key: string('Key of the taint; empty, with Exists, means every taint.').tag(1).optional(),
  operator: string('Equal (the default), Exists, Lt or Gt.', { goType: 'TolerationOperator', enum: ['Equal', 'Exists', 'Gt', 'Lt'] })
    .tag(2)
    .optional(),
  tolerationSeconds: int64('How long NoExecute is tolerated, in seconds; for good, if left out.', { presence: 'pointer' }).tag(5).optional(),
  value: string('Value of the taint, for all operators but Exists.').tag(3).optional(),
});
export type Toleration = Infer<typeof Toleration>;

export const TopologySpreadConstraint = struct('TopologySpreadConstraint', 'How evenly pods must lie over places.', {
  labelSelector: ref(LabelSelector, 'Selects the pods that are counted.').tag(4).optional(),
  matchLabelKeys: atomicList(string(), 'Labels of the incoming pod whose values the counted ones must share.').tag(8).optional(),
  maxSkew: int32('How many more pods a place may have than the emptiest one.').tag(1),
  minDomains: int32('How many places there must be, or the emptiest counts as having none.', { presence: 'pointer' }).tag(5).optional(),
  nodeAffinityPolicy: string("Whether nodes that the pod's affinity excludes count; Honor leaves them out.", {
    presence: 'pointer',
    goType: 'NodeInclusionPolicy',
    enum: ['Honor', 'Ignore'],
  })
    .tag(6)
    .optional(),
  nodeTaintsPolicy: string('Whether nodes with taints that the pod does not tolerate count; Honor leaves them out.', {
    presence: 'pointer',
    goType: 'NodeInclusionPolicy',
    enum: ['Honor', 'Ignore'],
  })
    .tag(7)
    .optional(),
  topologyKey: string('Node label whose values are the places.').tag(2),
  whenUnsatisfiable: string('DoNotSchedule, or ScheduleAnyway where it fits best.', {
    goType: 'UnsatisfiableConstraintAction',
    enum: ['DoNotSchedule', 'ScheduleAnyway'],
  }).tag(3),
});
export type TopologySpreadConstraint = Infer<typeof TopologySpreadConstraint>;
