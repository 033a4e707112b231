import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PodCgroups, PodFiles, RuntimeAccess, Surroundings } from '../contract/node-parts.ts';
import type { PodObservation } from '../contract/observation.ts';
import { isRunning } from '../contract/observation.ts';
import { ANNOTATION } from '../contract/runtime-labels.ts';

/** Removes what dead pods and dead containers leave behind. */
export interface GarbageCollector {
  /** Removes everything that the runtime keeps of a pod that is over and out of the API. */
  podGone(podUid: string): void;
  /** Looks through everything once. */
  collect(): Promise<void>;
  /** Removes all dead containers but the latest of each name, and dead sandboxes, as the node runs out of disk. */
  removeDead(): Promise<void>;
}

/** Dead containers of a name that stay: the current one and the one before, which lastState and `kubectl logs --previous` show. */
const KEPT = 2;

export interface GarbageCollectorOptions {
  readonly node: RuntimeAccess & PodFiles & PodCgroups & Pick<Surroundings, 'log'>;
  /** Whether the pod is still the node's business: in the API, or being ended. */
  readonly isKnown: (podUid: string) => boolean;
  readonly metrics: GarbageMetrics | undefined;
}

/** Told of pods that the node had not known of. */
export interface GarbageMetrics {
  /** The runtime ran one. */
  orphanFound(): void;
  /** The directories of so many pods were to be removed, and so many of them could not be. */
  directoriesRemoved(count: number, failures: number): void;
}

export function createGarbageCollector({ node, isKnown, metrics }: GarbageCollectorOptions): GarbageCollector {
  const { runtime, cache, directories, log } = node;
  // One after the other: removal is never urgent, and it competes with pods that start.
  let line: Promise<void> = Promise.resolve();
  const inLine = (work: () => Promise<void>): Promise<void> => {
    line = line.then(work).catch((error: unknown) => log.warn({ err: error }, 'garbage could not be removed'));
    return line;
  };

  /** Pods that run and that nobody knows, from their discovery until the runtime has nothing of them. */
  const orphans = new Set<string>();
  const removeUnknown = async (uid: string): Promise<void> => {
    const { containers, sandboxes } = cache.of(uid);
    if (!orphans.has(uid) && (containers.some(isRunning) || sandboxes.some(({ ready }) => ready))) {
      orphans.add(uid);
      metrics?.orphanFound();
    }
    await removePod(uid).finally(() => {
      if (!cache.podUids().includes(uid)) orphans.delete(uid);
    });
  };

  const removePod = async (uid: string): Promise<void> => {
    const { containers, sandboxes } = cache.of(uid);
    for (const container of containers) {
      if (isRunning(container)) await runtime.stopContainer(container.id, Number(container.annotations[ANNOTATION.terminationGracePeriod] ?? 30));
    }
    for (const { id, ready } of sandboxes) {
      if (ready) await runtime.stopSandbox(id);
      // Takes its containers with it.
      await runtime.removeSandbox(id);
      await cache.refreshSandbox(id);
    }
    for (const { id } of containers) {
      if (sandboxes.length === 0) await runtime.removeContainer(id);
      await cache.refreshContainer(id);
    }
    await removeFiles(uid);
  };

  const removeFiles = async (uid: string): Promise<void> => {
    if (runtime.simulated) return;
    await node.volumes.tearDown(uid);
    const logs = await readdir(directories.logs).catch(() => []);
    await Promise.all(
      logs.filter((name) => name.endsWith(`_${uid}`)).map((name) => rm(join(directories.logs, name), { recursive: true, force: true })),
    );
  };

  /** Removes dead containers of a pod that goes on, but the latest `kept` of a name, and dead sandboxes but the latest. */
  const prune = async ({ containers, sandboxes }: PodObservation, kept: number): Promise<void> => {
    const seen = new Map<string, number>();
    for (const container of containers) {
      const count = (seen.get(container.name) ?? 0) + 1;
      seen.set(container.name, count);
      if (count <= kept || isRunning(container)) continue;
      await runtime.removeContainer(container.id);
      await cache.refreshContainer(container.id);
      if (container.logPath) await rm(container.logPath, { force: true });
    }
    for (const { id, ready } of sandboxes.slice(1)) {
      if (ready) continue;
      await runtime.removeSandbox(id);
      await cache.refreshSandbox(id);
    }
  };

  return {
    async removeDead() {
      // The latest of a name stays: it tells how the container ended.
      for (const uid of cache.podUids()) await inLine(() => (isKnown(uid) ? prune(cache.of(uid), 1) : removeUnknown(uid)));
    },
    podGone: (uid) => void inLine(() => removePod(uid)),
    async collect() {
      for (const uid of cache.podUids()) {
        await inLine(() => (isKnown(uid) ? prune(cache.of(uid), KEPT) : removeUnknown(uid)));
      }
      if (runtime.simulated) return;
      const [pods, cgroups] = await Promise.all([readdir(directories.pods).catch(() => []), node.cgroups.list(node.cgroupRoot)]);
      const gone = (uid: string) => !isKnown(uid) && !cache.podUids().includes(uid);
      const logs = (await readdir(directories.logs).catch(() => [])).map((name) => name.slice(name.lastIndexOf('_') + 1));
      const directoriesGone = new Set(pods.filter(gone));
      let failures = 0;
      for (const uid of directoriesGone) {
        await inLine(() =>
          removeFiles(uid).catch((error: unknown) => {
            failures++;
            throw error;
          }),
        );
      }
      metrics?.directoriesRemoved(directoriesGone.size, failures);
      for (const uid of new Set(logs)) if (!directoriesGone.has(uid) && gone(uid)) await inLine(() => removeFiles(uid));
      for (const path of cgroups) {
        const uid = path.slice(path.lastIndexOf('/pod') + '/pod'.length);
        if (gone(uid)) await inLine(() => node.cgroups.remove(path));
      }
    },
  };
}
