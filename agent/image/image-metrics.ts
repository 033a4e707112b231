import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';
import type { CheckResult } from './pull-records.ts';
import type { RecordFiles } from './record-files.ts';

/** kubelet's metrics of the images that containers ask for (pkg/kubelet/images). */
export interface ImageMetrics {
  /** A container has asked for its image. Undefined: it is not known. */
  ensured(policy: string, isPresent: boolean | undefined, mustPull: boolean | undefined): void;
  /** It was decided whether a pod may use an image that is present. */
  checked(result: CheckResult): void;
}

/** Makes the metrics; records are counted when somebody reads them. */
export function createImageMetrics(registry: Registry, files: Pick<RecordFiles, 'counts'>): ImageMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'kubelet_image_manager_ensure_image_requests_total',
    help: 'Images that containers have asked for.',
    labelNames: ['pull_policy', 'present_locally', 'pull_required'] as const,
    registers,
  });
  const checks = new Counter({
    name: 'kubelet_imagemanager_image_mustpull_checks_total',
    help: 'Decisions whether a pod may use an image that is present, by the result.',
    labelNames: ['result'] as const,
    registers,
  });
  const counted = (name: string, help: string, what: 'intents' | 'records') =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const counts = await files.counts().catch(() => undefined);
        if (counts) this.set(counts[what]);
      },
    });
  counted('kubelet_imagemanager_ondisk_pullintents', 'Pulls that are noted on disk as under way.', 'intents');
  counted('kubelet_imagemanager_ondisk_pulledrecords', 'Pulled images that are recorded on disk.', 'records');
  return {
    ensured: (policy, isPresent, mustPull) =>
      requests.inc({
        pull_policy: policy.toLowerCase(),
        present_locally: String(isPresent ?? 'unknown'),
        pull_required: String(mustPull ?? 'unknown'),
      }),
    checked: (result) => checks.inc({ result }),
  };
}

/** Without a server nobody reads metrics. */
export const noImageMetrics: ImageMetrics = { ensured() {}, checked() {} };
