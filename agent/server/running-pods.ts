import { isRunning, readySandbox } from '../contract/observation.ts';
import type { RuntimeCache } from '../contract/runtime-cache.ts';

/** Returns the pods that the runtime runs, known to the API or not, as kubelet shows them: by their names, and those of their containers that run. */
export function runningPods(cache: Pick<RuntimeCache, 'podUids' | 'of'>): object {
  const items = cache.podUids().flatMap((uid) => {
    const observation = cache.of(uid);
    const sandbox = readySandbox(observation) ?? observation.sandboxes[0];
    const containers = observation.containers.filter(isRunning).map(({ name, image }) => ({ name, image, resources: {} }));
    if (!sandbox || (!sandbox.ready && containers.length === 0)) return [];
    return [{ metadata: { name: sandbox.podName, namespace: sandbox.podNamespace, uid, creationTimestamp: null }, spec: { containers }, status: {} }];
  });
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items };
}
