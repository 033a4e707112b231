import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import { exponentialBuckets } from '../../../runtime/observe/metric-makers.ts';

export interface ProxyMetrics {
  /** Seconds that one transaction took, from reading what changed to the kernel's word. */
  synced(seconds: number, full: boolean): void;
  /** Seconds from a change of endpoints to the rules that follow it. */
  programmed(seconds: number): void;
  queued(): void;
  failed(): void;
  items(count: number): void;
}

/** kube-proxy's metrics under its names (pkg/proxy/metrics), as far as one nftables table has them. */
export function createProxyMetrics(registry: Registry): ProxyMetrics {
  const registers = [registry];
  const duration = (name: string, help: string) => new Histogram({ name, help, buckets: exponentialBuckets(0.001, 2, 15), registers });
  const sync = duration('kubeproxy_sync_proxy_rules_duration_seconds', 'Seconds that bringing the rules up to date took.');
  const full = duration('kubeproxy_sync_full_proxy_rules_duration_seconds', 'Seconds that replacing all rules took.');
  const partial = duration('kubeproxy_sync_partial_proxy_rules_duration_seconds', 'Seconds that changing some of the rules took.');
  const programming = new Histogram({
    name: 'kubeproxy_network_programming_duration_seconds',
    help: 'Seconds from a change of endpoints to the rules that follow it.',
    buckets: [0, 0.25, 0.5, 0.75, ...exponentialBuckets(1, 2, 8)],
    registers,
  });
  const pending = new Counter({
    name: 'kubeproxy_sync_proxy_rules_service_changes_total',
    help: 'Changes of services and endpoints seen.',
    registers,
  });
  const failures = new Counter({
    name: 'kubeproxy_sync_proxy_rules_nftables_sync_failures_total',
    help: 'Transactions that nftables refused.',
    registers,
  });
  const last = new Gauge({
    name: 'kubeproxy_sync_proxy_rules_last_timestamp_seconds',
    help: 'When the rules were last brought up to date, in seconds since the epoch.',
    registers,
  });
  const size = new Gauge({ name: 'skiff_proxy_table_items', help: 'Elements and chains that the table should hold.', registers });
  return {
    synced(seconds, replaced) {
      sync.observe(seconds);
      (replaced ? full : partial).observe(seconds);
      last.setToCurrentTime();
    },
    programmed: (seconds) => programming.observe(Math.max(0, seconds)),
    queued: () => pending.inc(),
    failed: () => failures.inc(),
    items: (count) => size.set(count),
  };
}
