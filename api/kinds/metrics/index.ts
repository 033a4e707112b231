import type { KindGroup } from '../../definition/group.ts';
import { nodeMetrics } from './node-metrics.ts';
import { podMetrics } from './pod-metrics.ts';

/**
 * The usage of nodes and pods, as metrics-server serves it. There is no APIService for its version: a metrics-server that is installed creates
 * one, and serves the version from then on.
 */
export const metricsGroup: KindGroup = {
  name: 'metrics.k8s.io',
  rank: 100,
  versionPriorities: {},
  goPackage: 'io.k8s.metrics.pkg.apis.metrics',
  kinds: [nodeMetrics, podMetrics],
};

export { NodeMetrics, nodeMetrics } from './node-metrics.ts';
export { ContainerMetrics, PodMetrics, podMetrics } from './pod-metrics.ts';
