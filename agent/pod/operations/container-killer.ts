import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import type { LifecycleHandler } from '../../../api/pod/container/probe.ts';
import { sleep } from '../../../base/clock.ts';
import type { Measured, NodeAddresses, ProbeAccess, RuntimeAccess, Surroundings } from '../../contract/node-parts.ts';
import { readySandbox } from '../../contract/observation.ts';
import { runHandler, warnOfFallback } from '../../probe/handler.ts';
import { containerEvent } from '../../spec/container-events.ts';

/** The least time that a container gets to stop, however much its hook has used up (pkg/kubelet/kuberuntime: minimumGracePeriodInSeconds). */
export const MIN_GRACE_SECONDS = 2;

/** The parts by which containers are ended. */
export type KillerNode = Surroundings & Measured & RuntimeAccess & NodeAddresses & ProbeAccess;

export interface KillRequest {
  readonly pod: Live<Pod>;
  readonly container: Container;
  readonly id: string;
  /** The event's message; empty for `Stopping container NAME`. */
  readonly message: string;
  /** Seconds for the preStop hook and the stop signal together; SIGKILL follows. */
  readonly graceSeconds: number;
}

/** Ends a container: preStop hook, stop signal, SIGKILL; resolves when it is dead and the cache has seen it. */
export async function killContainer(node: KillerNode, { pod, container, id, message, graceSeconds }: KillRequest): Promise<void> {
  containerEvent(node.recorder, pod, container, 'Normal', 'Killing', message === '' ? `Stopping container ${container.name}` : message);
  const start = node.clock.monotonic();
  const preStop = container.lifecycle?.preStop;
  if (preStop && graceSeconds > 0) await runPreStop(node, { pod, container, id }, preStop, graceSeconds);
  const used = (node.clock.monotonic() - start) / 1000;
  const left = preStop ? Math.max(MIN_GRACE_SECONDS, graceSeconds - used) : graceSeconds;
  await node.runtime.stopContainer(id, graceSeconds === 0 ? 0 : left);
  await node.cache.refreshContainer(id);
}

async function runPreStop(
  node: KillerNode,
  { pod, container, id }: Pick<KillRequest, 'pod' | 'container' | 'id'>,
  handler: LifecycleHandler,
  graceSeconds: number,
): Promise<void> {
  const podIp = readySandbox(node.cache.of(pod.metadata.uid))?.ips[0] ?? node.nodeIps[0] ?? '';
  const rest = async (ms: number) => {
    await sleep(node.clock, ms);
    if (handler.sleep && ms < handler.sleep.seconds * 1000) node.podMetrics.sleepCutShort();
  };
  const outcome = await runHandler(handler, container, id, podIp, node.probes, graceSeconds * 1000, rest);
  warnOfFallback(node, pod, outcome);
  if (outcome.ok) return;
  node.log.info({ pod: pod.metadata.name, container: container.name, problem: outcome.message }, 'a preStop hook failed');
  containerEvent(node.recorder, pod, container, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
}
