import { Gauge, Registry } from 'prom-client';
import type { VolumeStats } from '../contract/volume-stats.ts';

type Reading = readonly [name: string, help: string, of: (stats: VolumeStats) => number | undefined];

/** kubelet's metrics of the volumes of claims (pkg/kubelet/metrics/collectors/volume_stats.go). */
const READINGS: readonly Reading[] = [
  ['capacity_bytes', 'Size of the volume in bytes.', ({ bytes }) => bytes?.total],
  ['available_bytes', 'Bytes that are left in the volume.', ({ bytes }) => bytes?.available],
  ['used_bytes', 'Bytes that are used in the volume.', ({ bytes }) => bytes?.used],
  ['inodes', 'Inodes of the volume.', ({ inodes }) => inodes?.total],
  ['inodes_free', 'Inodes that are left in the volume.', ({ inodes }) => inodes?.available],
  ['inodes_used', 'Inodes that are used in the volume.', ({ inodes }) => inodes?.used],
  ['health_status_abnormal', 'Whether the volume is not well: 1 if so.', ({ abnormal }) => (abnormal === undefined ? undefined : Number(abnormal))],
];

/** Builds a registry of what is known of claims' volumes now. A claim that several pods use counts once. */
export function volumeMetrics(volumes: readonly VolumeStats[]): Registry {
  const registry = new Registry();
  for (const [name, help, of] of READINGS) {
    const gauge = new Gauge({
      name: `kubelet_volume_stats_${name}`,
      help,
      labelNames: ['namespace', 'persistentvolumeclaim'],
      registers: [registry],
    });
    for (const stats of volumes) {
      const value = of(stats);
      if (stats.claim && value !== undefined) gauge.set({ namespace: stats.claim.namespace, persistentvolumeclaim: stats.claim.name }, value);
    }
  }
  return registry;
}
