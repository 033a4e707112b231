import { Registry } from 'prom-client';
import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { createFakeClock } from '../../base/fake-clock.ts';
import type { ProfileConfiguration } from '../config/configuration.ts';
import { defaultProfile } from '../config/configuration.ts';
import type { Profile } from '../plugins/profile.ts';
import { createProfile } from '../plugins/profile.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { createClusterState } from '../state/cluster-state.ts';
import { podInfoOf } from '../state/pod-info.ts';
import type { VolumeView } from '../state/volume-view.ts';
import type { Algorithm } from './algorithm.ts';
import { createAlgorithm } from './algorithm.ts';
import { diagnosisText } from './diagnosis.ts';
import type { FrameworkMetrics } from './framework-metrics.ts';
import { createFrameworkMetrics } from './framework-metrics.ts';

export interface Scene {
  readonly cluster: ClusterState;
  readonly algorithm: Algorithm;
  readonly profile: Profile;
  readonly registry: Registry;
  readonly metrics: FrameworkMetrics;
  /** The node that a pod would go to, or upstream's text of why there is none. */
  decide(pod: Live<Pod>): string;
}

/** A cluster of nodes with pods on them: `{ 'node-name': [pods] }`. */
export function scene(
  nodes: readonly Live<Node>[],
  placed: Readonly<Record<string, readonly Live<Pod>[]>> = {},
  configuration: ProfileConfiguration = defaultProfile(),
  volumes?: VolumeView,
): Scene {
  const cluster = createClusterState((name) => ({ 'kubernetes.io/metadata.name': name }), volumes);
  for (const each of nodes) cluster.setNode(each);
  for (const [name, pods] of Object.entries(placed)) for (const each of pods) cluster.addPod(podInfoOf(each), name);
  const profile = createProfile(configuration, () => undefined);
  const registry = new Registry();
  const metrics = createFrameworkMetrics(registry, createFakeClock(), new Map([[profile.schedulerName, profile]]));
  const algorithm = createAlgorithm({ cluster, nominations: { on: () => [] }, percentageOfNodesToScore: 0, random: () => 0.99, metrics });
  return {
    cluster,
    algorithm,
    profile,
    registry,
    metrics,
    decide(subject) {
      const decision = algorithm.decide(podInfoOf(subject), profile);
      return 'node' in decision ? decision.node.name : diagnosisText(decision.diagnosis);
    },
  };
}
