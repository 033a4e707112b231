import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';

/** kubelet's metrics of credential providers (pkg/credentialprovider/plugin/metrics.go). */
export interface ProviderMetrics {
  /** A provider's program has run for so long. */
  ran(provider: string, seconds: number, hasFailed: boolean): void;
}

export function createProviderMetrics(registry: Registry, configurationHash: string): ProviderMetrics {
  const registers = [registry];
  const labelNames = ['plugin_name'] as const;
  const failures = new Counter({
    name: 'kubelet_credential_provider_plugin_errors_total',
    help: 'Failures of credential providers.',
    labelNames,
    registers,
  });
  const seconds = new Histogram({
    name: 'kubelet_credential_provider_plugin_duration',
    help: 'Time that credential providers took, in seconds.',
    labelNames,
    registers,
  });
  const info = new Gauge({
    name: 'kubelet_credential_provider_config_info',
    help: 'The configuration of credential providers at work, by its hash.',
    labelNames: ['hash'],
    registers,
  });
  info.set({ hash: configurationHash }, 1);
  return {
    ran(provider, took, hasFailed) {
      seconds.observe({ plugin_name: provider }, took);
      if (hasFailed) failures.inc({ plugin_name: provider });
    },
  };
}
