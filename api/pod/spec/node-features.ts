import { semanticEqual } from '../../../base/equality.ts';
import type { Container } from '../container/container.ts';
import { isSidecar } from '../container/sidecar.ts';
import type { PodSpec } from './pod-spec.ts';

/** A feature that not every node of a cluster has: those that have it name it in `status.declaredFeatures`. */
interface NodeFeature {
  /** The name of upstream's feature gate. */
  readonly name: string;
  /** Whether a pod runs only where the feature is. Default: no pod needs it. */
  isNeededBy?(spec: PodSpec): boolean;
  /** Whether a change of a pod takes effect only where the feature is. Default: no change needs it. */
  isNeededToUpdate?(spec: PodSpec, old: PodSpec): boolean;
}

const restartsAll = ({ restartPolicyRules }: Container): boolean =>
  restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers') ?? false;

/** The features that pods or changes of pods need (k8s.io/component-helpers/nodedeclaredfeatures/features), in the order of their names. */
const NODE_FEATURES: readonly NodeFeature[] = [
  {
    name: 'InPlacePodLevelResourcesVerticalScaling',
    isNeededToUpdate: (spec, old) => !semanticEqual(spec.resources, old.resources),
  },
  {
    name: 'InPlacePodVerticalScalingInitContainers',
    isNeededToUpdate: (spec, old) =>
      old.initContainers?.some((container, i) => !isSidecar(container) && !semanticEqual(container.resources, spec.initContainers?.[i]?.resources)) ??
      false,
  },
  {
    name: 'RestartAllContainersOnContainerExits',
    isNeededBy: ({ containers, initContainers }) => containers.some(restartsAll) || (initContainers?.some(restartsAll) ?? false),
  },
  {
    name: 'UserNamespacesHostNetworkSupport',
    isNeededBy: ({ hostNetwork, hostUsers }) => hostNetwork === true && hostUsers === false,
  },
];

const namesOf = (isNeeded: (feature: NodeFeature) => boolean | undefined): readonly string[] =>
  NODE_FEATURES.filter(isNeeded).map(({ name }) => name);

/** Returns the names of the features that a node must have to run a pod, sorted. */
export const featuresNeeded = (spec: PodSpec): readonly string[] => namesOf((feature) => feature.isNeededBy?.(spec));

/** Returns the names of the features that a node must have to follow a change of a pod that it runs, sorted. */
export const featuresNeededToUpdate = (spec: PodSpec, old: PodSpec): readonly string[] => namesOf((feature) => feature.isNeededToUpdate?.(spec, old));

/** Returns the features that are needed and that a node does not declare. */
export const missingFeatures = (needed: readonly string[], declared: readonly string[] | undefined): readonly string[] =>
  needed.filter((name) => !declared?.includes(name));
