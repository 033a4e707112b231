import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Registry } from 'prom-client';
import { metricMakers } from '../../runtime/observe/metric-makers.ts';
import { isRunning } from '../contract/observation.ts';
import type { RuntimeCache } from '../contract/runtime-cache.ts';
import { LABEL } from '../contract/runtime-labels.ts';

/** The unit of `blocks` in a file's status, in bytes. */
const BLOCK = 512;

/**
 * Builds a registry of the space that the logs of running containers take on disk (pkg/kubelet/metrics/collectors/log_metrics.go), rotated files
 * among them. Work is in proportion to their files.
 */
export async function logMetrics(cache: Pick<RuntimeCache, 'podUids' | 'of'>): Promise<Registry> {
  const registry = new Registry();
  const help = "Bytes that a container's logs take on disk.";
  const used = metricMakers(registry).gauge('kubelet_container_log_filesystem_used_bytes', help, ['uid', 'namespace', 'pod', 'container']);
  const running = cache
    .podUids()
    .flatMap((uid) =>
      cache.of(uid).containers.flatMap((container) => (isRunning(container) && container.logPath !== '' ? [{ uid, container }] : [])),
    );
  await Promise.all(
    running.map(async ({ uid, container: { name, labels, logPath } }) => {
      const bytes = await bytesIn(dirname(logPath));
      const { [LABEL.podNamespace]: namespace = '', [LABEL.podName]: pod = '' } = labels;
      used.set({ uid, namespace, pod, container: name }, bytes);
    }),
  );
  return registry;
}

/** Files that vanish meanwhile take nothing. */
async function bytesIn(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const sizes = names.map((name) =>
    stat(join(directory, name)).then(
      ({ blocks }) => blocks * BLOCK,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}
