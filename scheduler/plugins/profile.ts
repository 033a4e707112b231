import { imageLocalityScore } from './image-locality.ts';
import { interPodAffinity, interPodAffinityScore } from './inter-pod-affinity.ts';
import { nodeAffinity, nodeAffinityScore } from './node-affinity.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { balancedAllocationScore, leastAllocatedScore, nodeResourcesFit } from './node-resources.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import type { Filter, Score } from './plugin.ts';
import type { DefaultSelector } from './pod-topology-spread.ts';
import { podTopologySpread, podTopologySpreadScore } from './pod-topology-spread.ts';
import { taintToleration, taintTolerationScore } from './taint-toleration.ts';
import { volumeBinding } from './volume-binding.ts';
import { volumeRestrictions } from './volume-restrictions.ts';
import { volumeZone } from './volume-zone.ts';

/** The filters of upstream's default profile that apply here, in its order: the first to reject a node gives the reason. */
export const FILTERS: readonly Filter[] = [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
  volumeRestrictions,
  volumeBinding,
  volumeZone,
  podTopologySpread,
  interPodAffinity,
];

/** The scores of upstream's default profile, with its weights. */
export const scoresOf = (defaultSelector: DefaultSelector): readonly Score[] => [
  taintTolerationScore,
  nodeAffinityScore,
  leastAllocatedScore,
  podTopologySpreadScore(defaultSelector),
  interPodAffinityScore,
  balancedAllocationScore,
  imageLocalityScore,
];
