import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { processMetrics } from '../../runtime/observe/process-metrics.ts';
import type { PodMetrics, ProbeSubject } from '../contract/pod-metrics.ts';
import type { ContainerRuntime } from '../contract/runtime.ts';

/** The agent's metrics, under kubelet's names (pkg/kubelet/metrics/metrics.go). */
export interface AgentMetrics {
  readonly registry: Registry;
  readonly pods: PodMetrics;
  /** Of probes, served apart: there are several for each container. */
  readonly probes: Registry;
  readonly runningPods: Gauge;
  readonly runningContainers: Gauge<'container_state'>;
  readonly desiredPods: Gauge<'static'>;
  readonly activePods: Gauge<'static'>;
  readonly mirrorPods: Gauge;
  readonly ephemeralContainers: Gauge;
  readonly relist: Histogram;
  readonly relistInterval: Histogram;
  readonly lastRelist: Gauge;
  readonly operations: Counter<'operation_type'>;
  readonly operationErrors: Counter<'operation_type'>;
  readonly operationSeconds: Histogram<'operation_type'>;
  readonly evictions: Counter<'eviction_signal'>;
  readonly imagesRemoved: Counter<'reason'>;
  readonly shutdownStart: Gauge;
  readonly shutdownEnd: Gauge;
  readonly requests: Counter<RequestLabel>;
  readonly requestSeconds: Histogram<RequestLabel>;
}

type RequestLabel = 'method' | 'path' | 'server_type' | 'long_running';
const REQUEST_LABELS = ['method', 'path', 'server_type', 'long_running'] as const;

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
const START_BUCKETS = [0.5, 1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 45, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600];

export function createAgentMetrics(nodeName: string): AgentMetrics {
  const registry = new Registry();
  const probes = new Registry();
  const registers = [registry];
  processMetrics(registry);
  const gauge = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name, help, labelNames, registers });
  const counter = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = [], buckets = BUCKETS) =>
    new Histogram({ name, help, labelNames, buckets, registers });
  gauge('kubelet_node_name', "The node's name; the value is always 1.", ['node']).set({ node: nodeName }, 1);
  gauge('kubelet_metrics_provider', 'The source of the statistics of containers; the value is always 1.', ['provider']).set({ provider: 'cri' }, 1);
  const metrics: AgentMetrics = {
    registry,
    pods: { ...podMetrics(registry), ...probeMetrics(probes) },
    probes,
    runningPods: gauge('kubelet_running_pods', 'Pods that have a running sandbox.'),
    runningContainers: gauge('kubelet_running_containers', 'Containers by state.', ['container_state']),
    desiredPods: gauge('kubelet_desired_pods', 'Pods that the agent looks after.', ['static']),
    activePods: gauge('kubelet_active_pods', 'Pods that count when another is admitted.', ['static']),
    mirrorPods: gauge('kubelet_mirror_pods', 'Mirror pods that the agent keeps in the API, one per static pod.'),
    ephemeralContainers: gauge('kubelet_managed_ephemeral_containers', 'Ephemeral containers in the pods of the node.'),
    relist: histogram('kubelet_pleg_relist_duration_seconds', 'How long it takes to look at all that the runtime has.'),
    relistInterval: histogram('kubelet_pleg_relist_interval_seconds', 'Time between two looks at all that the runtime has.'),
    lastRelist: gauge('kubelet_pleg_last_seen_seconds', 'When the agent last looked at all that the runtime has, in seconds since the epoch.'),
    operations: counter('kubelet_runtime_operations_total', 'Calls to the container runtime.', ['operation_type']),
    operationErrors: counter('kubelet_runtime_operations_errors_total', 'Calls to the container runtime that failed.', ['operation_type']),
    operationSeconds: histogram('kubelet_runtime_operations_duration_seconds', 'How long calls to the container runtime take.', ['operation_type']),
    evictions: counter('kubelet_evictions', 'Pods that the node has evicted, by the signal of the shortage.', ['eviction_signal']),
    imagesRemoved: counter('kubelet_image_garbage_collected_total', 'Images that were removed, by the reason.', ['reason']),
    shutdownStart: gauge('kubelet_graceful_shutdown_start_time_seconds', 'When the last graceful shutdown began, in seconds since the epoch.'),
    shutdownEnd: gauge('kubelet_graceful_shutdown_end_time_seconds', 'When the last graceful shutdown ended, in seconds since the epoch.'),
    requests: counter('kubelet_http_requests_total', "Requests to the agent's server.", REQUEST_LABELS),
    requestSeconds: histogram('kubelet_http_requests_duration_seconds', "How long requests to the agent's server take.", REQUEST_LABELS),
  };
  for (const operation_type of Object.values(OPERATIONS)) {
    metrics.operations.inc({ operation_type }, 0);
    metrics.operationErrors.inc({ operation_type }, 0);
  }
  for (const reason of ['age', 'space']) metrics.imagesRemoved.inc({ reason }, 0);
  return metrics;
}

/** kubelet's metrics of probes (pkg/kubelet/prober/prober_manager.go). Only a success shows how long an answer takes. */
function probeMetrics(registry: Registry): Pick<PodMetrics, 'probed' | 'probeEnded'> {
  const registers = [registry];
  const duration = new Histogram({
    name: 'prober_probe_duration_seconds',
    help: 'How long probes that succeeded took.',
    labelNames: ['probe_type', 'container', 'pod', 'namespace'] as const,
    registers,
  });
  const total = new Counter({
    name: 'prober_probe_total',
    help: 'Probes by their results.',
    labelNames: ['probe_type', 'result', 'container', 'pod', 'namespace', 'pod_uid'] as const,
    registers,
  });
  const labelsOf = ({ pod, container, type }: ProbeSubject) => ({ probe_type: type, container, pod: pod.name, namespace: pod.namespace ?? '' });
  const countLabels = (subject: ProbeSubject, result: 'successful' | 'failed') => ({ ...labelsOf(subject), result, pod_uid: subject.pod.uid });
  return {
    probed(subject, ok, seconds) {
      total.inc(countLabels(subject, ok ? 'successful' : 'failed'));
      if (ok) duration.observe(labelsOf(subject), seconds);
    },
    probeEnded(subject) {
      duration.remove(labelsOf(subject));
      for (const result of ['successful', 'failed'] as const) total.remove(countLabels(subject, result));
    },
  };
}

function podMetrics(registry: Registry): Omit<PodMetrics, 'probed' | 'probeEnded'> {
  const registers = [registry];
  const counter = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <L extends string = never>(name: string, help: string, buckets: number[], labelNames: readonly L[] = []) =>
    new Histogram({ name, help, labelNames, buckets, registers });
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

/** Methods of the runtime that are counted, and kubelet's names for the operations. */
const OPERATIONS = {
  version: 'version',
  conditions: 'status',
  listSandboxes: 'list_podsandbox',
  sandbox: 'podsandbox_status',
  runSandbox: 'run_podsandbox',
  stopSandbox: 'stop_podsandbox',
  removeSandbox: 'remove_podsandbox',
  listContainers: 'list_containers',
  container: 'container_status',
  createContainer: 'create_container',
  startContainer: 'start_container',
  stopContainer: 'stop_container',
  removeContainer: 'remove_container',
  execSync: 'exec_sync',
  images: 'list_images',
  image: 'image_status',
  pullImage: 'pull_image',
  removeImage: 'remove_image',
  containerStats: 'list_container_stats',
} as const;

/** The same runtime, with its calls counted. */
export function countedRuntime(runtime: ContainerRuntime, metrics: AgentMetrics): ContainerRuntime {
  const counted =
    <A extends unknown[], R>(operation: string, call: (...values: A) => Promise<R>) =>
    async (...values: A): Promise<R> => {
      const labels = { operation_type: operation };
      metrics.operations.inc(labels);
      const end = metrics.operationSeconds.startTimer(labels);
      try {
        return await call(...values);
      } catch (error) {
        metrics.operationErrors.inc(labels);
        throw error;
      } finally {
        end();
      }
    };
  return {
    ...runtime,
    version: counted(OPERATIONS.version, runtime.version),
    conditions: counted(OPERATIONS.conditions, runtime.conditions),
    listSandboxes: counted(OPERATIONS.listSandboxes, runtime.listSandboxes),
    sandbox: counted(OPERATIONS.sandbox, runtime.sandbox),
    runSandbox: counted(OPERATIONS.runSandbox, runtime.runSandbox),
    stopSandbox: counted(OPERATIONS.stopSandbox, runtime.stopSandbox),
    removeSandbox: counted(OPERATIONS.removeSandbox, runtime.removeSandbox),
    listContainers: counted(OPERATIONS.listContainers, runtime.listContainers),
    container: counted(OPERATIONS.container, runtime.container),
    createContainer: counted(OPERATIONS.createContainer, runtime.createContainer),
    startContainer: counted(OPERATIONS.startContainer, runtime.startContainer),
    stopContainer: counted(OPERATIONS.stopContainer, runtime.stopContainer),
    removeContainer: counted(OPERATIONS.removeContainer, runtime.removeContainer),
    execSync: counted(OPERATIONS.execSync, runtime.execSync),
    images: counted(OPERATIONS.images, runtime.images),
    image: counted(OPERATIONS.image, runtime.image),
    pullImage: counted(OPERATIONS.pullImage, runtime.pullImage),
    removeImage: counted(OPERATIONS.removeImage, runtime.removeImage),
    containerStats: counted(OPERATIONS.containerStats, runtime.containerStats),
  };
}
