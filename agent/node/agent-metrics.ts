import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { processMetrics } from '../../runtime/observe/process-metrics.ts';
import type { ContainerRuntime } from '../contract/runtime.ts';

/** The agent's metrics, under kubelet's names. */
export interface AgentMetrics {
  readonly registry: Registry;
  readonly runningPods: Gauge;
  readonly runningContainers: Gauge<'container_state'>;
  readonly desiredPods: Gauge;
  readonly startedPods: Counter;
  readonly podStart: Histogram;
  readonly relist: Histogram;
  readonly operations: Counter<'operation_type'>;
  readonly operationErrors: Counter<'operation_type'>;
  readonly operationSeconds: Histogram<'operation_type'>;
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

export function createAgentMetrics(nodeName: string): AgentMetrics {
  const registry = new Registry();
  const registers = [registry];
  processMetrics(registry);
  new Gauge({ name: 'kubelet_node_name', help: "The node's name; the value is always 1.", labelNames: ['node'], registers }).set(
    { node: nodeName },
    1,
  );
  const metrics: AgentMetrics = {
    registry,
    runningPods: new Gauge({ name: 'kubelet_running_pods', help: 'Pods that have a running sandbox.', registers }),
    runningContainers: new Gauge({ name: 'kubelet_running_containers', help: 'Containers by state.', labelNames: ['container_state'], registers }),
    desiredPods: new Gauge({ name: 'kubelet_desired_pods', help: 'Pods that the agent looks after.', registers }),
    startedPods: new Counter({ name: 'kubelet_started_pods_total', help: 'Sandboxes of pods that were started.', registers }),
    podStart: new Histogram({
      name: 'kubelet_pod_start_duration_seconds',
      help: 'From the first sight of a pod to all of its containers running.',
      buckets: BUCKETS,
      registers,
    }),
    relist: new Histogram({
      name: 'kubelet_pleg_relist_duration_seconds',
      help: 'How long it takes to look at all that the runtime has.',
      buckets: BUCKETS,
      registers,
    }),
    operations: new Counter({
      name: 'kubelet_runtime_operations_total',
      help: 'Calls to the container runtime.',
      labelNames: ['operation_type'],
      registers,
    }),
    operationErrors: new Counter({
      name: 'kubelet_runtime_operations_errors_total',
      help: 'Calls to the container runtime that failed.',
      labelNames: ['operation_type'],
      registers,
    }),
    operationSeconds: new Histogram({
      name: 'kubelet_runtime_operations_duration_seconds',
      help: 'How long calls to the container runtime take.',
      labelNames: ['operation_type'],
      buckets: BUCKETS,
      registers,
    }),
  };
  for (const operation_type of Object.values(OPERATIONS)) {
    metrics.operations.inc({ operation_type }, 0);
    metrics.operationErrors.inc({ operation_type }, 0);
  }
  return metrics;
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
    runSandbox: counted(OPERATIONS.runSandbox, (...values) => {
      metrics.startedPods.inc();
      return runtime.runSandbox(...values);
    }),
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
