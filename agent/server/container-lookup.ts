import { StatusError } from '../../api/meta/status-error.ts';
import type { Container } from '../../api/pod/container/container.ts';
import { isRunning, latestContainer, previousContainer } from '../contract/observation.ts';
import type { RuntimeContainer } from '../contract/runtime.ts';
import type { PodWorker } from '../pod/worker/pod-worker.ts';
import type { PodLookup, ServerNode } from './server-node.ts';

interface Target {
  readonly namespace: string;
  readonly pod: string;
  readonly uid?: string;
  readonly container: string;
}

function workerOf(pods: PodLookup, { namespace, pod, uid }: Target): PodWorker {
  const worker = pods.find({ namespace, name: pod });
  if (!worker || (uid && worker.pod.metadata.uid !== uid)) throw new StatusError('NotFound', `pod "${pod}" not found`);
  return worker;
}

function specOf({ pod }: PodWorker, name: string): Container {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? []), ...(pod.spec?.ephemeralContainers ?? [])];
  const spec = all.find((container) => container.name === name);
  if (!spec) throw new StatusError('BadRequest', `container ${name} is not valid for pod ${pod.metadata.name}`);
  return spec;
}

/** The container that exec and attach reach. @throws StatusError if the pod is not there or the container does not run. */
export function runningContainer(
  node: ServerNode,
  pods: PodLookup,
  target: Target,
): { readonly container: RuntimeContainer; readonly spec: Container } {
  const worker = workerOf(pods, target);
  const spec = specOf(worker, target.container);
  const container = latestContainer(node.cache.of(worker.pod.metadata.uid), target.container);
  if (!container || !isRunning(container)) throw new StatusError('NotFound', `container not found ("${target.container}")`);
  return { container, spec };
}

/** The container whose log is asked for. @throws StatusError in kubelet's words if there is none. */
export function logContainer(node: ServerNode, pods: PodLookup, target: Target, previous: boolean): RuntimeContainer {
  const worker = workerOf(pods, target);
  specOf(worker, target.container);
  const observation = node.cache.of(worker.pod.metadata.uid);
  const where = `container "${target.container}" in pod "${target.pod}"`;
  const found = previous ? previousContainer(observation, target.container) : latestContainer(observation, target.container);
  if (found && found.state !== 'created') return found;
  if (previous) throw new StatusError('BadRequest', `previous terminated ${where} not found`);
  const statuses = [...(worker.status()?.containerStatuses ?? []), ...(worker.status()?.initContainerStatuses ?? [])];
  const waiting = statuses.find(({ name }) => name === target.container)?.state?.waiting;
  if (waiting?.reason === 'ImagePullBackOff' || waiting?.reason === 'ErrImagePull') {
    throw new StatusError('BadRequest', `${where} is waiting to start: trying and failing to pull image`);
  }
  throw new StatusError('BadRequest', `${where} is waiting to start: ${waiting?.reason ?? 'ContainerCreating'}`);
}
