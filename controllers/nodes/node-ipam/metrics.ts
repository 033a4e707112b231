import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';
import { oncePer } from '../../../base/once-per.ts';
import { metricMakers } from '../../../runtime/observe/metric-makers.ts';

export interface BlockMetrics {
  allocated(): void;
  released(): void;
}

/** A range of blocks: how many there are, and how many nodes have. */
export interface BlockRange {
  readonly clusterCIDR: string;
  readonly count: number;
  readonly taken: () => number;
}

/** Returns the metrics of the blocks of pod addresses under upstream's names (one of which is misspelt there), made once per registry. */
export const blockMetrics: (registry: Registry) => (range: BlockRange) => BlockMetrics = oncePer((registry) => {
  const make = metricMakers(registry);
  const labels = ['clusterCIDR'] as const;
  const allocations = make.counter('node_ipam_controller_cidrset_cidrs_allocations_total', 'Blocks given to nodes.', labels);
  const releases = make.counter('node_ipam_controller_cidrset_cidrs_releases_total', 'Blocks of nodes that are gone.', labels);
  const most = make.gauge('node_ipam_controller_cirdset_max_cidrs', 'Blocks that the range has.', labels);
  const ranges: BlockRange[] = [];
  new Gauge({
    registers: [registry],
    name: 'node_ipam_controller_cidrset_usage_cidrs',
    help: 'The share of the blocks that nodes have, from 0 to 1.',
    labelNames: labels,
    collect() {
      for (const { clusterCIDR, count, taken } of ranges) this.set({ clusterCIDR }, taken() / count);
    },
  });
  return (range) => {
    const { clusterCIDR, count } = range;
    ranges.push(range);
    most.set({ clusterCIDR }, count);
    allocations.inc({ clusterCIDR }, 0);
    releases.inc({ clusterCIDR }, 0);
    return { allocated: () => allocations.inc({ clusterCIDR }), released: () => releases.inc({ clusterCIDR }) };
  };
});
