import type { Registry } from 'prom-client';
import { DEFAULT_BUCKETS, metricMakers } from '../../runtime/observe/metric-makers.ts';
import type { PodMetrics } from '../contract/pod-metrics.ts';

const START_BUCKETS = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600];

/** Milliseconds. */
const RESIZE_BUCKETS = [10, 50, 100, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000];

/** kubelet's metrics of pods and their containers (pkg/kubelet/metrics/metrics.go). */
export function createPodMetrics(registry: Registry): Omit<PodMetrics, 'probed' | 'probeEnded'> {
  const { gauge, counter, histogram } = metricMakers(registry);
  const start = histogram('kubelet_pod_start_duration_seconds', 'From the first sight of a pod to all of its containers running.', START_BUCKETS);
  const workerBegins = histogram('kubelet_pod_worker_start_duration_seconds', 'From the first sight of a pod to its worker.', DEFAULT_BUCKETS);
  const containers = histogram('kubelet_containers_per_pod_count', 'Containers of each pod.', [1, 2, 4, 8, 16]);
  const rounds = histogram('kubelet_pod_worker_duration_seconds', 'How long the worker of a pod takes to do what it was told.', DEFAULT_BUCKETS, [
    'operation_type',
  ]);
  const sliHelp = 'From the creation of a pod to all of its containers running as the API shows, without pulls of images and init containers.';
  const sli = histogram('kubelet_pod_start_sli_duration_seconds', sliHelp, START_BUCKETS);
  const firstOnNetwork = gauge('kubelet_first_network_pod_start_sli_duration_seconds', 'The same of the first pod with a network of its own.');
  let hasFirstOnNetwork = false;
  const statuses = histogram(
    'kubelet_pod_status_sync_duration_seconds',
    'From a change of the status of a pod until the API has it.',
    [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 20, 30, 45, 60],
  );
  const rejections = counter('kubelet_admission_rejections_total', 'Pods that the node did not take.', ['reason']);
  const restarts = counter('kubelet_restarted_pods_total', 'Pods that run again under the UID with which they were deleted.', ['static']);
  const total = histogram(
    'kubelet_pod_start_total_duration_seconds',
    'From the creation of a pod to all of its containers running as the API shows.',
    START_BUCKETS,
  );
  const startedPods = counter('kubelet_started_pods_total', 'Sandboxes of pods that were started.');
  const failedPods = counter('kubelet_started_pods_errors_total', 'Sandboxes of pods that could not be started.');
  const sandboxSeconds = histogram('kubelet_run_podsandbox_duration_seconds', 'How long it takes to start a sandbox.', DEFAULT_BUCKETS, [
    'runtime_handler',
  ]);
  const sandboxErrors = counter('kubelet_run_podsandbox_errors_total', 'Sandboxes that could not be started, by the handler.', ['runtime_handler']);
  const started = counter('kubelet_started_containers_total', 'Containers that were started.', ['container_type']);
  const failed = counter('kubelet_started_containers_errors_total', 'Containers that could not be started.', ['container_type', 'code']);
  const ended = counter('kubelet_terminated_containers_total', 'Containers that have ended.', ['container_type', 'exit_code', 'reason']);
  const volumes = {
    requested: counter('kubelet_image_volume_requested_total', 'Volumes of containers that are the content of images.'),
    mounted: counter('kubelet_image_volume_mounted_succeed_total', 'Images that were mounted as volumes.'),
    failed: counter('kubelet_image_volume_mounted_errors_total', 'Images that could not be mounted as volumes.'),
  };
  const sleeps = counter('kubelet_sleep_action_terminated_early_total', 'Sleeps of lifecycle hooks that were cut short.');
  const fallbacks = counter('kubelet_lifecycle_handler_http_fallbacks_total', 'Lifecycle hooks over HTTPS that succeeded over HTTP.');
  for (const container_type of ['container', 'init_container', 'ephemeral_container']) started.inc({ container_type }, 0);
  for (const isStatic of ['true', '']) restarts.inc({ static: isStatic }, 0);
  return {
    workerBegan(count, seconds) {
      containers.observe(count);
      workerBegins.observe(seconds);
    },
    workerRested: (operation_type, seconds) => rounds.observe({ operation_type }, seconds),
    podRuns: (seconds) => start.observe(seconds),
    podStarted({ seconds, excludedSeconds, isStateful, isOnHostNetwork }) {
      total.observe(seconds);
      if (isStateful) return;
      sli.observe(seconds - excludedSeconds);
      if (isOnHostNetwork || hasFirstOnNetwork) return;
      hasFirstOnNetwork = true;
      firstOnNetwork.set(seconds - excludedSeconds);
    },
    statusWritten: (seconds) => statuses.observe(seconds),
    podRejected: (reason) => rejections.inc({ reason: countedReason(reason) }),
    ...resizeMetrics(registry),
    podRestarted: (isStatic) => restarts.inc({ static: isStatic ? 'true' : '' }),
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
    sleepCutShort: () => sleeps.inc(),
    hookFellBackToHttp: () => fallbacks.inc(),
    containerEnded: (container_type, exitCode, reason) => ended.inc({ container_type, exit_code: String(exitCode), reason }),
  };
}

/** Those of changes of resources in place. */
function resizeMetrics(registry: Registry): Pick<PodMetrics, 'resizeRequested' | 'deferredResizeAccepted' | 'resized'> {
  const { counter, histogram } = metricMakers(registry);
  const requested = counter('kubelet_container_requested_resizes_total', "Changes of containers' resources that were asked for.", [
    'resource',
    'requirement',
    'operation',
  ]);
  const accepted = counter('kubelet_pod_deferred_accepted_resizes_total', 'Changes of resources that had to wait and were accepted then.', [
    'retry_trigger',
  ]);
  const duration = histogram('kubelet_pod_resize_duration_milliseconds', 'How long it takes to bring other resources to a pod.', RESIZE_BUCKETS, [
    'success',
  ]);
  return {
    resizeRequested: (change) => requested.inc({ ...change }),
    deferredResizeAccepted: (retry_trigger) => accepted.inc({ retry_trigger }),
    resized: (ok, milliseconds) => duration.observe({ success: String(ok) }, milliseconds),
  };
}

/** The reasons of refusals that have a count of their own (pkg/kubelet/kubelet.go: admissionRejectionReasons), as far as this node has them. */
const COUNTED_REASONS: ReadonlySet<string> = new Set([
  'AppArmor',
  'Evicted',
  'NodeShutdown',
  'OutOfcpu',
  'OutOfephemeral-storage',
  'OutOfmemory',
  'OutOfpods',
  'PodFeatureUnsupported',
  'PodOSNotSupported',
  'PodOSSelectorNodeLabelDoesNotMatch',
  'SupplementalGroupsPolicyNotSupported',
  'SysctlForbidden',
  'UnexpectedAdmissionError',
]);

/** Returns the label for a reason: those of plugins' resources are too many to have one each. */
function countedReason(reason: string): string {
  if (COUNTED_REASONS.has(reason)) return reason;
  return reason.startsWith('OutOf') ? 'OutOfExtendedResources' : 'Other';
}
