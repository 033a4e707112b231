import { Counter, Histogram, Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import { measured } from '../../runtime/observe/measured.ts';

/** kubelet's metrics of device plugins (pkg/kubelet/metrics/metrics.go). */
export interface DevicePluginMetrics {
  readonly registry: Registry;
  /** A plugin asks to be registered. */
  registration(resource: string): void;
  /** Measures an allocation, whether it succeeds or not. */
  allocation<T>(resource: string, work: () => Promise<T>): Promise<T>;
}

export function createDevicePluginMetrics(clock: Clock): DevicePluginMetrics {
  const registry = new Registry();
  const shared = { labelNames: ['resource_name'] as const, registers: [registry] };
  const registrations = new Counter({
    name: 'kubelet_device_plugin_registration_total',
    help: 'Registrations of device plugins by resource.',
    ...shared,
  });
  const seconds = new Histogram({
    name: 'kubelet_device_plugin_alloc_duration_seconds',
    help: 'How long device plugins take to allocate devices, by resource.',
    ...shared,
  });
  return {
    registry,
    registration: (resource_name) => registrations.inc({ resource_name }),
    allocation: (resource_name, work) => measured(clock, work, (took) => seconds.observe({ resource_name }, took)),
  };
}
