import type { Counter, Gauge, Histogram } from 'prom-client';
import { Registry } from 'prom-client';
import { DEFAULT_BUCKETS, metricMakers } from '../../runtime/observe/metric-makers.ts';
import { processMetrics } from '../../runtime/observe/process-metrics.ts';
import type { PodMetrics } from '../contract/pod-metrics.ts';
import type { GarbageMetrics } from './garbage.ts';
import { createPodMetrics } from './pod-metrics.ts';
import { createProbeMetrics } from './probe-metrics.ts';

/** The agent's metrics, under kubelet's names (pkg/kubelet/metrics/metrics.go). */
export interface AgentMetrics {
  readonly registry: Registry;
  readonly pods: PodMetrics;
  readonly garbage: GarbageMetrics;
  /** Of probes, served apart: there are several for each container. */
  readonly probes: Registry;
  readonly runningPods: Gauge;
  readonly runningContainers: Gauge<'container_state'>;
  readonly desiredPods: Gauge<'static'>;
  readonly activePods: Gauge<'static'>;
  readonly workingPods: Gauge<'lifecycle' | 'config' | 'static'>;
  readonly pendingResizes: Gauge<'reason'>;
  readonly resizesInProgress: Gauge;
  readonly mirrorPods: Gauge;
  readonly ephemeralContainers: Gauge;
  readonly relist: Histogram;
  readonly relistInterval: Histogram;
  readonly lastRelist: Gauge;
  readonly evictions: Counter<'eviction_signal'>;
  readonly evictionStatsAge: Histogram<'eviction_signal'>;
  readonly preemptions: Counter<'preemption_signal'>;
  readonly imagesRemoved: Counter<'reason'>;
  readonly shutdownStart: Gauge;
  readonly shutdownEnd: Gauge;
  readonly requests: Counter<RequestLabel>;
  readonly requestSeconds: Histogram<RequestLabel>;
  readonly requestsInFlight: Gauge<RequestLabel>;
  readonly webSockets: Counter<'subresource'>;
}

export type RequestLabel = 'method' | 'path' | 'server_type' | 'long_running';
const REQUEST_LABELS = ['method', 'path', 'server_type', 'long_running'] as const;

export function createAgentMetrics(nodeName: string): AgentMetrics {
  const registry = new Registry();
  const probes = new Registry();
  processMetrics(registry);
  const { gauge, counter, histogram } = metricMakers(registry);
  gauge('kubelet_node_name', "The node's name; the value is always 1.", ['node']).set({ node: nodeName }, 1);
  gauge('kubelet_metrics_provider', 'The source of the statistics of containers; the value is always 1.', ['provider']).set({ provider: 'cri' }, 1);
  const metrics: AgentMetrics = {
    registry,
    pods: { ...createPodMetrics(registry), ...createProbeMetrics(probes) },
    garbage: garbageMetrics(registry),
    probes,
    runningPods: gauge('kubelet_running_pods', 'Pods that have a running sandbox.'),
    runningContainers: gauge('kubelet_running_containers', 'Containers by state.', ['container_state']),
    desiredPods: gauge('kubelet_desired_pods', 'Pods that the agent looks after.', ['static']),
    activePods: gauge('kubelet_active_pods', 'Pods that count when another is admitted.', ['static']),
    workingPods: gauge('kubelet_working_pods', 'Pods that have workers, or run without one, by how far they are and whether they are wanted.', [
      'lifecycle',
      'config',
      'static',
    ]),
    pendingResizes: gauge('kubelet_pod_pending_resizes', 'Pods whose change of resources waits, by the reason.', ['reason']),
    resizesInProgress: gauge('kubelet_pod_in_progress_resizes', 'Pods whose resources are being changed.'),
    mirrorPods: gauge('kubelet_mirror_pods', 'Mirror pods that the agent keeps in the API, one per static pod.'),
    ephemeralContainers: gauge('kubelet_managed_ephemeral_containers', 'Ephemeral containers in the pods of the node.'),
    relist: histogram('kubelet_pleg_relist_duration_seconds', 'How long it takes to look at all that the runtime has.', DEFAULT_BUCKETS),
    relistInterval: histogram('kubelet_pleg_relist_interval_seconds', 'Time between two looks at all that the runtime has.', DEFAULT_BUCKETS),
    lastRelist: gauge('kubelet_pleg_last_seen_seconds', 'When the agent last looked at all that the runtime has, in seconds since the epoch.'),
    evictions: counter('kubelet_evictions', 'Pods that the node has evicted, by the signal of the shortage.', ['eviction_signal']),
    evictionStatsAge: histogram('kubelet_eviction_stats_age_seconds', 'The age of the readings by which pods were ranked.', DEFAULT_BUCKETS, [
      'eviction_signal',
    ]),
    preemptions: counter('kubelet_preemptions', 'Pods that the node has ended for critical ones, by the resource that was short.', [
      'preemption_signal',
    ]),
    imagesRemoved: counter('kubelet_image_garbage_collected_total', 'Images that were removed, by the reason.', ['reason']),
    shutdownStart: gauge('kubelet_graceful_shutdown_start_time_seconds', 'When the last graceful shutdown began, in seconds since the epoch.'),
    shutdownEnd: gauge('kubelet_graceful_shutdown_end_time_seconds', 'When the last graceful shutdown ended, in seconds since the epoch.'),
    requests: counter('kubelet_http_requests_total', "Requests to the agent's server.", REQUEST_LABELS),
    requestSeconds: histogram(
      'kubelet_http_requests_duration_seconds',
      "How long requests to the agent's server take.",
      DEFAULT_BUCKETS,
      REQUEST_LABELS,
    ),
    requestsInFlight: gauge('kubelet_http_inflight_requests', "Requests to the agent's server that are being answered.", REQUEST_LABELS),
    webSockets: counter('kubelet_websocket_streaming_requests_total', 'Streams over WebSockets that the agent translates for the runtime.', [
      'subresource',
    ]),
  };
  for (const reason of ['age', 'space']) metrics.imagesRemoved.inc({ reason }, 0);
  return metrics;
}

function garbageMetrics(registry: Registry): GarbageMetrics {
  const { gauge, counter } = metricMakers(registry);
  const orphans = counter('kubelet_orphaned_runtime_pods_total', 'Pods that ran in the runtime though nobody knew them.');
  const removed = gauge('kubelet_orphan_pod_cleaned_volumes', 'Pods that are gone and whose directories the last round was to remove.');
  const failed = gauge('kubelet_orphan_pod_cleaned_volumes_errors', 'Those of them whose directories could not be removed.');
  return {
    orphanFound: () => orphans.inc(),
    directoriesRemoved(count, failures) {
      removed.set(count);
      failed.set(failures);
    },
  };
}
