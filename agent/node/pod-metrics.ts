import type { Registry } from 'prom-client';
import { metricMakers } from '../../runtime/observe/metric-makers.ts';
import type { PodMetrics } from '../contract/pod-metrics.ts';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const START_BUCKETS = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600];

/** kubelet's metrics of pods and their containers (pkg/kubelet/metrics/metrics.go). */
export function createPodMetrics(registry: Registry): Omit<PodMetrics, 'probed' | 'probeEnded'> {
  const { counter, histogram } = metricMakers(registry);
  const start = histogram('kubelet_pod_start_duration_seconds', 'From the first sight of a pod to all of its containers running.', START_BUCKETS);
  const total = histogram('kubelet_pod_start_total_duration_seconds', 'From the creation of a pod to all of its containers running.', START_BUCKETS);
  const startedPods = counter('kubelet_started_pods_total', 'Sandboxes of pods that were started.');
  const failedPods = counter('kubelet_started_pods_errors_total', 'Sandboxes of pods that could not be started.');
  const sandboxSeconds = histogram('kubelet_run_podsandbox_duration_seconds', 'How long it takes to start a sandbox.', BUCKETS, ['runtime_handler']);
  const sandboxErrors = counter('kubelet_run_podsandbox_errors_total', 'Sandboxes that could not be started, by the handler.', ['runtime_handler']);
  const started = counter('kubelet_started_containers_total', 'Containers that were started.', ['container_type']);
  const failed = counter('kubelet_started_containers_errors_total', 'Containers that could not be started.', ['container_type', 'code']);
  const ended = counter('kubelet_terminated_containers_total', 'Containers that have ended.', ['container_type', 'exit_code', 'reason']);
  const volumes = {
    requested: counter('kubelet_image_volume_requested_total', 'Volumes of containers that are the content of images.'),
    mounted: counter('kubelet_image_volume_mounted_succeed_total', 'Images that were mounted as volumes.'),
    failed: counter('kubelet_image_volume_mounted_errors_total', 'Images that could not be mounted as volumes.'),
  };
  for (const container_type of ['container', 'init_container', 'ephemeral_container']) started.inc({ container_type }, 0);
  return {
    podRuns(seconds, sinceCreation) {
      start.observe(seconds);
      total.observe(sinceCreation);
    },
    sandboxStarted(runtime_handler, seconds) {
      startedPods.inc();
      sandboxSeconds.observe({ runtime_handler }, seconds);
    },
    sandboxFailed(runtime_handler) {
      startedPods.inc();
      failedPods.inc();
      sandboxErrors.inc({ runtime_handler });
    },
    containerStarted: (container_type) => started.inc({ container_type }),
    containerFailed(container_type, code) {
      started.inc({ container_type });
      failed.inc({ container_type, code });
    },
    imageVolumesMounted(count, ok) {
      volumes.requested.inc(count);
      (ok ? volumes.mounted : volumes.failed).inc(count);
    },
    containerEnded: (container_type, exitCode, reason) => ended.inc({ container_type, exit_code: String(exitCode), reason }),
  };
}
