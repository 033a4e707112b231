/**
 * The features of the agent that API servers and schedulers of v1.36 ask a node for, sorted. Names are those of kubelet's feature gates, of
 * which the agent has those that are on by default (k8s.io/component-helpers/nodedeclaredfeatures).
 */
export const DECLARED_FEATURES: readonly string[] = [
  'ExtendWebSocketsToKubelet',
  'InPlacePodLevelResourcesVerticalScaling',
  'InPlacePodVerticalScalingInitContainers',
  'RestartAllContainersOnContainerExits',
];
