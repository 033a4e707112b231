import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';
import type { PersistentVolume, PersistentVolumeSpec } from '../../../api/kinds/core/persistent-volume/index.ts';
import { claimClass } from '../../../api/kinds/core/persistent-volume-claim/class.ts';
import type { PersistentVolumeClaim } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { volumeClass } from '../../../api/kinds/core/persistent-volume-claim/volume-binding.ts';
import { volumeModeOf } from '../../../api/kinds/core/persistent-volume-claim/volume-match.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';

const PLUGINS = [
  ['hostPath', 'kubernetes.io/host-path'],
  ['local', 'kubernetes.io/local-volume'],
  ['nfs', 'kubernetes.io/nfs'],
] as const satisfies readonly (readonly [keyof PersistentVolumeSpec, string])[];

function pluginOf({ spec = {} }: PersistentVolume): string {
  if (spec.csi) return `kubernetes.io/csi:${spec.csi.driver}`;
  return PLUGINS.find(([source]) => spec[source] !== undefined)?.[1] ?? 'N/A';
}

/** The objects that are counted. */
interface BindingObjects {
  readonly volumes: Informer<PersistentVolume>;
  readonly claims: Informer<PersistentVolumeClaim>;
}

/** Counts claims that got their class after they were made. */
export interface BindingMetrics {
  classAssigned(): void;
  classRefused(): void;
}

const kept = new WeakMap<Registry, BindingMetrics>();

/**
 * Keeps upstream's metrics of volumes and claims (pkg/controller/volume/persistentvolume/metrics), once per registry. They are counted when
 * they are asked for.
 */
export function createBindingMetrics(registry: Registry, objects: BindingObjects): BindingMetrics {
  const metrics = kept.get(registry) ?? newMetrics(registry, objects);
  kept.set(registry, metrics);
  return metrics;
}

function newMetrics(registry: Registry, { volumes, claims }: BindingObjects): BindingMetrics {
  const registers = [registry];
  const volumeCount = (name: string, help: string, isCounted: (volume: PersistentVolume) => boolean) =>
    new Gauge({
      registers,
      name,
      help,
      labelNames: ['storage_class'],
      collect() {
        this.reset();
        for (const volume of volumes.list()) if (isCounted(volume)) this.inc({ storage_class: volumeClass(volume) });
      },
    });
  volumeCount('pv_collector_bound_pv_count', 'Volumes that are bound.', ({ status }) => status?.phase === 'Bound');
  volumeCount('pv_collector_unbound_pv_count', 'Volumes that are not bound.', ({ status }) => status?.phase !== 'Bound');
  const claimCount = (name: string, help: string, isBound: boolean) =>
    new Gauge({
      registers,
      name,
      help,
      labelNames: ['namespace', 'storage_class', 'volume_attributes_class'],
      collect() {
        this.reset();
        for (const claim of claims.list()) {
          if ((claim.status?.phase === 'Bound') !== isBound) continue;
          const { namespace = '' } = claim.metadata;
          const attributes = claim.spec?.volumeAttributesClassName ?? '';
          this.inc({ namespace, storage_class: claimClass(claim), volume_attributes_class: attributes });
        }
      },
    });
  claimCount('pv_collector_bound_pvc_count', 'Claims that are bound.', true);
  claimCount('pv_collector_unbound_pvc_count', 'Claims that are not bound.', false);
  new Gauge({
    registers,
    name: 'pv_collector_total_pv_count',
    help: 'Volumes, by plugin and mode.',
    labelNames: ['plugin_name', 'volume_mode'],
    collect() {
      this.reset();
      for (const volume of volumes.list()) this.inc({ plugin_name: pluginOf(volume), volume_mode: volumeModeOf(volume.spec) });
    },
  });
  const assigned = new Counter({
    registers,
    name: 'retroactive_storageclass_total',
    help: 'Claims that got the default class after they were made.',
  });
  const refused = new Counter({ registers, name: 'retroactive_storageclass_errors_total', help: 'Failures to give claims the default class.' });
  return { classAssigned: () => assigned.inc(), classRefused: () => refused.inc() };
}
