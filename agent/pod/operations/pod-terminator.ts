import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import { isRunning, latestContainer } from '../../contract/observation.ts';
import type { KillerNode } from './container-killer.ts';
import { killContainer } from './container-killer.ts';

/**
 * Ends what runs of a pod: its containers at once, then its sidecars in reverse order, then its sandboxes with their network.
 * Rejects if the runtime does; it can be repeated. `graceSeconds` is read anew for each container, as it may shrink meanwhile.
 */
export async function endPod(node: KillerNode, pod: Live<Pod>, graceSeconds: () => number): Promise<void> {
  const uid = pod.metadata.uid;
  const start = node.clock.monotonic();
  const left = () => Math.max(0, graceSeconds() - (node.clock.monotonic() - start) / 1000);
  const kill = async (container: Container) => {
    const running = latestContainer(node.cache.of(uid), container.name);
    if (running && isRunning(running)) await killContainer(node, { pod, container, id: running.id, message: '', graceSeconds: left() });
  };
  const init = pod.spec?.initContainers ?? [];
  const sidecars = init.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const others = [...(pod.spec?.containers ?? []), ...(pod.spec?.ephemeralContainers ?? []), ...init.filter((c) => !sidecars.includes(c))];
  await Promise.all(others.map(kill));
  for (const sidecar of sidecars.toReversed()) await kill(sidecar);
  // Earlier attempts whose end was never seen.
  for (const stray of node.cache.of(uid).containers.filter(isRunning)) {
    await node.runtime.stopContainer(stray.id, 0);
    await node.cache.refreshContainer(stray.id);
  }
  const sandboxes = node.cache.of(uid).sandboxes.filter(({ ready }) => ready);
  await Promise.all(
    sandboxes.map(async ({ id }) => {
      await node.runtime.stopSandbox(id);
      await node.cache.refreshSandbox(id);
    }),
  );
}
