import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import { exponentialBuckets } from '../../../runtime/observe/metric-makers.ts';
import type { Direction } from './policy-table.ts';

export interface PolicyMetrics {
  /** Seconds that one transaction took, from reading what changed to the kernel's word. */
  synced(seconds: number, full: boolean): void;
  failed(): void;
  /** Seconds that the start of a pod waited for its policies. */
  waited(seconds: number): void;
  table(state: { readonly items: number; readonly policies: number; readonly isolated: Readonly<Record<Direction, number>> }): void;
}

/** Metrics of the enforcement of network policies. `denied` reads the kernel's counters: the packets that were dropped, by reason. */
export function createPolicyMetrics(registry: Registry, denied: () => Promise<ReadonlyMap<string, number>>): PolicyMetrics {
  const registers = [registry];
  const sync = new Histogram({
    name: 'skiff_network_policy_sync_duration_seconds',
    help: 'Seconds that bringing the rules of network policies up to date took.',
    labelNames: ['full'],
    buckets: exponentialBuckets(0.001, 2, 15),
    registers,
  });
  const wait = new Histogram({
    name: 'skiff_network_policy_pod_wait_seconds',
    help: 'Seconds that the start of a pod waited until the policies that select it were in force.',
    buckets: exponentialBuckets(0.001, 2, 15),
    registers,
  });
  const failures = new Counter({
    name: 'skiff_network_policy_sync_failures_total',
    help: 'Transactions that nftables refused.',
    registers,
  });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const last = gauge('skiff_network_policy_last_sync_timestamp_seconds', 'When the rules were last brought up to date, in seconds since the epoch.');
  const policies = gauge('skiff_network_policies', 'Network policies of the cluster.');
  const items = gauge('skiff_network_policy_table_items', 'Elements, sets and chains that the table should hold.');
  const isolated = new Gauge({
    name: 'skiff_network_policy_isolated_pods',
    help: 'Pods of this node that a policy of the direction selects.',
    labelNames: ['direction'],
    registers,
  });
  new Counter({
    name: 'skiff_network_policy_denied_packets_total',
    help: 'Packets that were dropped: by ingress or egress policies, or because their source was not the address of the pod that sent them.',
    labelNames: ['reason'],
    registers,
    async collect() {
      const counts = await denied();
      this.reset();
      for (const [reason, packets] of counts) this.inc({ reason }, packets);
    },
  });
  return {
    synced(seconds, full) {
      sync.observe({ full: String(full) }, seconds);
      last.setToCurrentTime();
    },
    failed: () => failures.inc(),
    waited: (seconds) => wait.observe(seconds),
    table(state) {
      items.set(state.items);
      policies.set(state.policies);
      isolated.set({ direction: 'ingress' }, state.isolated.ingress);
      isolated.set({ direction: 'egress' }, state.isolated.egress);
    },
  };
}
