import type { ProfileConfiguration } from '../config/configuration.ts';
import { DEFAULT_SCHEDULER_NAME } from '../config/configuration.ts';
import type { ExtensionPoint } from '../config/extension-points.ts';
import type { PluginArguments } from '../config/plugin-arguments.ts';
import type { DeviceView } from '../state/device-view.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { DynamicResources } from './dynamic-resources.ts';
import { createDynamicResources } from './dynamic-resources.ts';
import type { EvaluationCounts } from './evaluations.ts';
import { evaluationCounts } from './evaluations.ts';
import { imageLocalityScore } from './image-locality.ts';
import { interPodAffinity, interPodAffinityScore } from './inter-pod-affinity.ts';
import { nodeAffinity, nodeAffinityScore } from './node-affinity.ts';
import { nodeDeclaredFeatures } from './node-declared-features.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { nodeResourcesFit } from './node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import { nodeVolumeLimits } from './node-volume-limits.ts';
import type { Filter, Score } from './plugin.ts';
import type { DefaultSelector } from './pod-topology-spread.ts';
import { podTopologySpread, podTopologySpreadScore } from './pod-topology-spread.ts';
import { balancedAllocationScore, nodeResourcesFitScore } from './resource-scores.ts';
import { taintToleration, taintTolerationScore } from './taint-toleration.ts';
import { volumeBinding } from './volume-binding.ts';
import { volumeRestrictions } from './volume-restrictions.ts';
import { volumeZone } from './volume-zone.ts';

export interface WeightedScore {
  readonly score: Score;
  readonly weight: number;
}

/** The plugins by which the pods of one `spec.schedulerName` are scheduled. */
export interface Profile {
  readonly schedulerName: string;
  /** The first to reject a node gives the reason. */
  readonly filters: readonly Filter[];
  readonly scores: readonly WeightedScore[];
  readonly percentageOfNodesToScore: number | undefined;
  /** Whether nodes that the pod's affinity names one by one are looked at alone (NodeAffinity at preFilter). */
  readonly readsNamedNodes: boolean;
  /** The plugins that may make room for a pod, in their order. */
  readonly postFilters: readonly string[];
  readonly preemption: PluginArguments['DefaultPreemption'];
  /** Whether pods with scheduling gates wait. */
  readonly holdsGated: boolean;
  /** Whether the volumes of a pod's claims are bound before the pod is (VolumeBinding at reserve). */
  readonly reservesVolumes: boolean;
  readonly bindTimeoutMs: number;
  /** The plugin DynamicResources; undefined if the profile has it not. */
  readonly devices: DynamicResources | undefined;
  /** Whether pods wait for their device claims to exist (DynamicResources at preEnqueue). */
  readonly awaitsClaims: boolean;
  /** Whether devices are allocated before a pod is bound (DynamicResources at reserve). */
  readonly reservesDevices: boolean;
  readonly deviceTimeoutMs: number;
  readonly evaluations: EvaluationCounts;
}

/** The profiles by `spec.schedulerName`. Pods of other schedulers have none. */
export type Profiles = ReadonlyMap<string, Profile>;

export const schedulerNameOf = ({ spec }: PodInfo['pod']): string => spec?.schedulerName ?? DEFAULT_SCHEDULER_NAME;

/** Makes the filters, by plugin. Plugins that act on nothing here have none. */
const filtersOf = (args: PluginArguments, selectorOf: DefaultSelector, devices: DynamicResources | undefined): readonly Filter[] => [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity(args.NodeAffinity.addedAffinity),
  nodePorts,
  nodeResourcesFit(args.NodeResourcesFit),
  volumeRestrictions,
  nodeVolumeLimits,
  volumeBinding,
  volumeZone,
  podTopologySpread({ constraints: args.PodTopologySpread.defaultConstraints, selectorOf }),
  interPodAffinity,
  ...(devices ? [devices.filter] : []),
  nodeDeclaredFeatures,
];

const scoresOf = (args: PluginArguments, selectorOf: DefaultSelector, devices: DynamicResources | undefined): readonly Score[] => [
  taintTolerationScore,
  nodeAffinityScore(args.NodeAffinity.addedAffinity),
  nodeResourcesFitScore(args.NodeResourcesFit.scoringStrategy),
  podTopologySpreadScore({ constraints: args.PodTopologySpread.defaultConstraints, selectorOf }),
  interPodAffinityScore(args.InterPodAffinity),
  balancedAllocationScore(args.NodeResourcesBalancedAllocation.resources),
  imageLocalityScore,
  ...(devices ? [devices.score] : []),
];

/** Makes a profile's plugins, in the order of its configuration. */
export function createProfile(configuration: ProfileConfiguration, selectorOf: DefaultSelector, view?: DeviceView): Profile {
  const { schedulerName, percentageOfNodesToScore, plugins, args } = configuration;
  const devices = view && createDynamicResources(view, args.DynamicResources);
  const filters = new Map(filtersOf(args, selectorOf, devices).map((filter) => [filter.name, filter]));
  const scores = new Map(scoresOf(args, selectorOf, devices).map((score) => [score.name, score]));
  const enables = (point: ExtensionPoint, plugin: string) => plugins[point].some(({ name }) => name === plugin);
  return {
    schedulerName,
    percentageOfNodesToScore,
    filters: plugins.filter.flatMap(({ name }) => filters.get(name) ?? []),
    scores: plugins.score.flatMap(({ name, weight }) => {
      const score = scores.get(name);
      return score ? [{ score, weight: weight || 1 }] : [];
    }),
    readsNamedNodes: enables('preFilter', 'NodeAffinity'),
    postFilters: plugins.postFilter.map(({ name }) => name),
    preemption: args.DefaultPreemption,
    holdsGated: enables('preEnqueue', 'SchedulingGates'),
    reservesVolumes: enables('reserve', 'VolumeBinding'),
    bindTimeoutMs: args.VolumeBinding.bindTimeoutSeconds * 1000,
    devices: plugins.filter.some(({ name }) => name === 'DynamicResources') ? devices : undefined,
    awaitsClaims: enables('preEnqueue', 'DynamicResources'),
    reservesDevices: enables('reserve', 'DynamicResources'),
    deviceTimeoutMs: args.DynamicResources.bindingTimeoutMs,
    evaluations: evaluationCounts(plugins),
  };
}

export const createProfiles = (configurations: readonly ProfileConfiguration[], selectorOf: DefaultSelector, view?: DeviceView): Profiles =>
  new Map(configurations.map((configuration) => [configuration.schedulerName, createProfile(configuration, selectorOf, view)]));
