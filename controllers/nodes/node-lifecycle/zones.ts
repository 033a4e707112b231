import type { Node } from '../../../api/kinds/core/node/index.ts';
import { readyStatus } from './health.ts';

export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

export interface ZoneConfig {
  /** Nodes tainted for eviction per second, in a healthy zone. */
  readonly evictionRate: number;
  /** The same, in a large zone that is unhealthy; a small one evicts nothing then. */
  readonly secondaryEvictionRate: number;
  /** The share of nodes down that makes a zone unhealthy. */
  readonly unhealthyThreshold: number;
  /** The number of nodes beyond which a zone is large. */
  readonly largeZone: number;
}

export const zoneOf = (node: Node): string => {
  const labels = node.metadata?.labels;
  return `${labels?.['topology.kubernetes.io/region'] ?? ''}/${labels?.['topology.kubernetes.io/zone'] ?? ''}`;
};

/** Returns a zone's name in upstream's metrics, which is that of component-helpers' GetZoneKey; empty for nodes without region and zone. */
export function zoneKey(zone: string): string {
  const [region = '', name = ''] = zone.split('/');
  return region === '' && name === '' ? '' : `${region}:\0:${name}`;
}

/** Returns the state of a zone from the readiness of its nodes. */
export function zoneStateOf(nodes: readonly Node[], { unhealthyThreshold }: Pick<ZoneConfig, 'unhealthyThreshold'>): ZoneState {
  const down = nodes.filter((node) => readyStatus(node) !== 'True').length;
  if (nodes.length > 0 && down === nodes.length) return 'FullDisruption';
  return down > 2 && down / nodes.length >= unhealthyThreshold ? 'PartialDisruption' : 'Normal';
}

/**
 * Returns the nodes per second that may be tainted for eviction. If every zone is down, this controller is more likely to be cut off:
 * then nothing is evicted.
 */
export function evictionRate(state: ZoneState, zoneSize: number, allDown: boolean, config: ZoneConfig): number {
  if (allDown) return 0;
  if (state === 'PartialDisruption') return zoneSize > config.largeZone ? config.secondaryEvictionRate : 0;
  return config.evictionRate;
}
