import type { Registry } from 'prom-client';
import { metricMakers } from '../../runtime/observe/metric-makers.ts';
import type { ContainerRuntime } from '../contract/runtime.ts';

/** From 5 ms, each two and a half times the last. */
const BUCKETS = Array.from({ length: 14 }, (_, index) => 0.005 * 2.5 ** index);

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
export function countedRuntime(runtime: ContainerRuntime, registry: Registry): ContainerRuntime {
  const { counter, histogram } = metricMakers(registry);
  const calls = counter('kubelet_runtime_operations_total', 'Calls to the container runtime.', ['operation_type']);
  const errors = counter('kubelet_runtime_operations_errors_total', 'Calls to the container runtime that failed.', ['operation_type']);
  const duration = histogram('kubelet_runtime_operations_duration_seconds', 'How long calls to the container runtime take.', BUCKETS, [
    'operation_type',
  ]);
  for (const operation_type of Object.values(OPERATIONS)) {
    calls.inc({ operation_type }, 0);
    errors.inc({ operation_type }, 0);
  }
  const counted =
    <A extends unknown[], R>(operation: string, call: (...values: A) => Promise<R>) =>
    async (...values: A): Promise<R> => {
      const labels = { operation_type: operation };
      calls.inc(labels);
      const end = duration.startTimer(labels);
      try {
        return await call(...values);
      } catch (error) {
        errors.inc(labels);
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
