import type { Node } from '../../../api/kinds/core/node/index.ts';
import { readyStatus } from './health.ts';

export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

export interface ZoneConfig {
  /** Nodes tainted for eviction a second, in a healthy zone. */
  readonly evictionRate: number;
  /** The same in a large zone of which too much is down; a small one evicts nothing then. */
  readonly secondaryEvictionRate: number;
  /** The share of nodes down that makes a zone unhealthy. */
  readonly unhealthyThreshold: number;
  /** A zone of more nodes than this is large. */
  readonly largeZone: number;
}

export const zoneOf = (node: Node): string => {
  const labels = node.metadata?.labels;
  return `${labels?.['topology.kubernetes.io/region'] ?? ''}/${labels?.['topology.kubernetes.io/zone'] ?? ''}`;
};

/** How a zone is, judged by its nodes. */
export function zoneStateOf(nodes: readonly Node[], { unhealthyThreshold }: Pick<ZoneConfig, 'unhealthyThreshold'>): ZoneState {
  const down = nodes.filter((node) => readyStatus(node) !== 'True').length;
  if (nodes.length > 0 && down === nodes.length) return 'FullDisruption';
  return down > 2 && down / nodes.length >= unhealthyThreshold ? 'PartialDisruption' : 'Normal';
}

/**
 * Nodes a second that may be tainted for eviction. When every zone is down, it is more likely this controller that is cut off:
 * then nothing is evicted at all.
 */
export function evictionRate(state: ZoneState, zoneSize: number, allDown: boolean, config: ZoneConfig): number {
  if (allDown) return 0;
  if (state === 'PartialDisruption') return zoneSize > config.largeZone ? config.secondaryEvictionRate : 0;
  return config.evictionRate;
}
