import type { Binding } from '../../api/kinds/core/binding.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import { isNotFound } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import { schedulerNameOf } from '../plugins/profile.ts';
import type { QueuedPod } from '../queue/queued-pod.ts';
import type { PodInfo } from '../state/pod-info.ts';
import type { AssumedDevices, DeviceBinder } from './device-binder.ts';
import type { FailureHandler } from './failure-handler.ts';
import type { FrameworkMetrics } from './framework-metrics.ts';
import type { AttemptResult, SchedulerMetrics } from './metrics.ts';
import type { Recorders } from './recorders.ts';
import type { SchedulerState } from './scheduler-state.ts';
import type { AssumedVolumes, VolumeBinder } from './volume-binder.ts';

export interface BindingCycleOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recorders: Recorders;
  readonly metrics: SchedulerMetrics;
  readonly framework: FrameworkMetrics;
  readonly state: SchedulerState;
  readonly volumeBinder: VolumeBinder;
  readonly deviceBinder: DeviceBinder;
  readonly handleFailure: FailureHandler;
}

export interface AssumedResources {
  readonly volumes: AssumedVolumes | undefined;
  readonly devices: AssumedDevices | undefined;
}

/** Binds a pod, which is assumed on its node, through the API. What fails is taken back, and the pod is tried again. */
export interface BindingCycle {
  /** PreBind: has the pod's volumes bound or made and its devices allocated, which may take minutes. The pod names its node meanwhile (`nominatedNodeName`). */
  prepare(pod: QueuedPod, nodeName: string, assumed: AssumedResources): Promise<'bound' | 'error'>;
  /** Binds the pod itself. Its devices are given back if that fails. */
  pod(pod: QueuedPod, nodeName: string, devices: AssumedDevices | undefined): Promise<AttemptResult>;
}

export function createBindingCycle(options: BindingCycleOptions): BindingCycle {
  const { client, clock, log, recorders, metrics, framework, state, volumeBinder, deviceBinder, handleFailure } = options;
  const { cluster, queue, assumed } = state;

  async function takeBack(info: PodInfo, nodeName: string, error: unknown, what: string): Promise<void> {
    // Its place is free again.
    if (assumed.delete(info.uid)) {
      cluster.removePod(info.uid);
      queue.wake({ name: 'AssignedPodDelete', pod: info });
    }
    if (isNotFound(error)) {
      // Deleted meanwhile; the informer takes it out of the queue.
      queue.failed(info.uid, { rejectedBy: new Set(), error: true });
      return;
    }
    const key = keyOf(info.pod);
    log.warn({ err: error, pod: `${key.namespace}/${key.name}`, node: nodeName }, 'binding failed');
    const reason = error instanceof Error ? error.message : String(error);
    await handleFailure(info, { reason: 'SchedulerError', message: `${what}: ${reason}`, error: true, nominatedNode: '' });
  }

  /** Tells others, such as autoscalers, where a pod will run whose preparation takes time. */
  async function nominate({ pod, uid }: PodInfo, nodeName: string): Promise<void> {
    if (pod.status?.nominatedNodeName === nodeName) return;
    const body = { metadata: { uid }, status: { nominatedNodeName: nodeName } };
    try {
      await client.patch(pods, keyOf(pod), { type: 'strategic', body }, { subresource: 'status' });
    } catch (error) {
      // Not worth the binding.
      log.info({ err: error, pod: keyText(keyOf(pod)), node: nodeName }, 'the node of a pod could not be told before its binding');
    }
  }

  async function unreserve(info: PodInfo, devices: AssumedDevices | undefined): Promise<void> {
    if (!devices) return;
    const watch = framework.point(schedulerNameOf(info.pod), 'Unreserve');
    const since = watch.start();
    await deviceBinder.takeBack(info, devices);
    watch.stop('Success', since);
  }

  async function prepare({ info }: QueuedPod, nodeName: string, { volumes, devices }: AssumedResources): Promise<'bound' | 'error'> {
    if (volumes || devices) await nominate(info, nodeName);
    const watch = framework.point(schedulerNameOf(info.pod), 'PreBind');
    const since = watch.start();
    let plugin = 'VolumeBinding';
    try {
      if (volumes) await volumeBinder.bind(info, volumes);
      plugin = 'DynamicResources';
      if (devices) await deviceBinder.bind(info, devices);
      watch.stop('Success', since);
      return 'bound';
    } catch (error) {
      watch.stop('Error', since);
      await unreserve(info, devices);
      await takeBack(info, nodeName, error, `running PreBind plugin "${plugin}"`);
      return 'error';
    }
  }

  async function bindPod(
    { info, attempts, addedAt, wasFlushed }: QueuedPod,
    nodeName: string,
    devices: AssumedDevices | undefined,
  ): Promise<AttemptResult> {
    const { metadata } = info.pod;
    const key = keyOf(info.pod);
    const binding: Binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: metadata.name, namespace: metadata.namespace, uid: metadata.uid },
      target: { kind: 'Node', name: nodeName },
    };
    const watch = framework.point(schedulerNameOf(info.pod), 'Bind');
    const since = watch.start();
    try {
      await client.createSubresource(pods, key, 'binding', binding);
      watch.stop('Success', since);
    } catch (error) {
      watch.stop('Error', since);
      await unreserve(info, devices);
      await takeBack(info, nodeName, error, 'binding rejected');
      return 'error';
    }
    queue.remove(info.uid);
    metrics.scheduled(attempts, (clock.now() - addedAt) / 1000);
    if (wasFlushed) metrics.scheduledAfterFlush();
    recorders
      .of(info)
      .event(info.pod, 'Normal', 'Scheduled', `Successfully assigned ${key.namespace}/${key.name} to ${nodeName}`, { action: 'Binding' });
    return 'scheduled';
  }

  const counted =
    <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      metrics.binding(1);
      try {
        return await work(...args);
      } finally {
        metrics.binding(-1);
      }
    };

  return { prepare: counted(prepare), pod: counted(bindPod) };
}
