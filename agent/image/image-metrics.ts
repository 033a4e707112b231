import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { CheckResult } from './pull-records.ts';
import type { RecordFiles } from './record-files.ts';

/** kubelet's metrics of the images that containers ask for (pkg/kubelet/images). */
export interface ImageMetrics {
  /** A container has asked for its image. Undefined: it is not known. */
  ensured(policy: string, isPresent: boolean | undefined, mustPull: boolean | undefined): void;
  /** It was decided whether a pod may use an image that is present. */
  checked(result: CheckResult): void;
  /** An image was pulled. */
  pulled(bytes: number, seconds: number): void;
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
  const pulls = new Histogram({
    name: 'kubelet_image_pull_duration_seconds',
    help: 'How long it takes to pull an image, by its size.',
    labelNames: ['image_size_in_bytes'] as const,
    buckets: [1, 5, 10, 20, 30, 60, 120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600],
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
    pulled: (bytes, seconds) => pulls.observe({ image_size_in_bytes: sizeLabel(bytes) }, seconds),
  };
}

/** Without a server nobody reads metrics. */
export const noImageMetrics: ImageMetrics = { ensured() {}, checked() {}, pulled() {} };

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** kubelet's names for ranges of sizes, each with the bytes that an image has to exceed. */
const SIZES: readonly (readonly [bytes: number, label: string])[] = [
  [100 * GIB, 'GT100GB'],
  [60 * GIB, '60GB-100GB'],
  [40 * GIB, '40GB-60GB'],
  [30 * GIB, '30GB-40GB'],
  [20 * GIB, '20GB-30GB'],
  [10 * GIB, '10GB-20GB'],
  [5 * GIB, '5GB-10GB'],
  [GIB, '1GB-5GB'],
  [500 * MIB, '500MB-1GB'],
  [100 * MIB, '100MB-500MB'],
  [10 * MIB, '10MB-100MB'],
  [0, '0-10MB'],
];

/** Returns the label of an image's size; 0 is one that is not known. */
const sizeLabel = (bytes: number): string => SIZES.find(([more]) => bytes > more)?.[1] ?? 'N/A';
