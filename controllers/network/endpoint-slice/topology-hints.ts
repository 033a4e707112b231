import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Endpoint } from '../../../api/kinds/discovery/endpoint-slice.ts';
import { milliValueOfQuantity } from '../../../api/schema/quantity.ts';
import { conditionOf } from '../../_shared/conditions.ts';

const MODE = 'service.kubernetes.io/topology-mode';
const FORMER_MODE = 'service.kubernetes.io/topology-aware-hints';
const ZONE = 'topology.kubernetes.io/zone';
const EXCLUDED = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];
/** Limits the traffic that an endpoint may get beyond its share. */
const OVERLOAD = 0.2;

/** Whether a service asks by annotation that traffic stay in its zone, as far as the zones' sizes allow. */
export function wantsTopologyHints({ metadata }: Service): boolean {
  const mode = metadata?.annotations?.[FORMER_MODE] ?? metadata?.annotations?.[MODE];
  return mode === 'Auto' || mode === 'auto';
}

/** Each zone's share of the CPU of all ready nodes. */
export type ZoneShares = ReadonlyMap<string, number>;

/** Returns the zone and CPU of a node, on which the shares depend; undefined for a node that does not count. */
export function zoneCpuOf(node: Node): { readonly zone: string; readonly milliCpu: number } | undefined {
  const labels = node.metadata?.labels ?? {};
  if (EXCLUDED.some((label) => label in labels) || conditionOf(node.status?.conditions, 'Ready')?.status !== 'True') return undefined;
  return { zone: labels[ZONE] ?? '', milliCpu: milliValueOfQuantity(node.status?.allocatable?.cpu ?? '0') };
}

/** Returns each zone's share of the CPU; undefined if a ready node has no zone or no CPU, or all are in one zone. */
export function zoneShares(nodes: readonly Node[]): ZoneShares | undefined {
  const cpu = new Map<string, number>();
  let total = 0;
  for (const node of nodes) {
    const counted = zoneCpuOf(node);
    if (!counted) continue;
    if (counted.zone === '' || counted.milliCpu === 0) return undefined;
    cpu.set(counted.zone, (cpu.get(counted.zone) ?? 0) + counted.milliCpu);
    total += counted.milliCpu;
  }
  return cpu.size < 2 ? undefined : new Map([...cpu].map(([zone, own]) => [zone, own / total]));
}

export type TopologyHints =
  /** The zone whose traffic each ready endpoint takes. */
  | { readonly zoneOf: ReadonlyMap<Endpoint, string> }
  /** The reason for the absence of hints, in upstream's words. */
  | { readonly refused: string };

/**
 * Gives every ready endpoint to a zone: its own, but for those that zones with more than their share give to zones with less
 * (k8s.io/endpointslice/topologycache). Refused where some zone would be overloaded whatever is done.
 */
export function planTopologyHints(endpoints: readonly Endpoint[], shares: ZoneShares | undefined): TopologyHints {
  const ready = endpoints.filter(({ conditions }) => conditions?.ready);
  if (!shares) return { refused: 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes' };
  const size = `(${ready.length} endpoints, ${shares.size} zones)`;
  if (shares.size > ready.length) return { refused: `Insufficient number of endpoints ${size}` };
  const missing = new Map<string, number>();
  let minimums = 0;
  for (const [zone, share] of shares) {
    const minimum = Math.ceil((share * ready.length) / (1 + OVERLOAD));
    minimums += minimum;
    missing.set(zone, Math.max(share * ready.length, minimum));
  }
  if (minimums > ready.length) {
    return { refused: `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${size}` };
  }
  const zoneOf = new Map<Endpoint, string>();
  for (const endpoint of ready) {
    if (!endpoint.zone) return { refused: 'One or more endpoints do not have a zone specified' };
    zoneOf.set(endpoint, endpoint.zone);
    const wanted = missing.get(endpoint.zone);
    if (wanted !== undefined) missing.set(endpoint.zone, wanted - 1);
  }
  // Always the same ones move, in whatever order the pods come.
  const inOrder = [...ready].sort((a, b) => ((a.targetRef?.uid ?? '') < (b.targetRef?.uid ?? '') ? -1 : 1));
  for (const [from, to] of transfers(missing)) {
    const moved = inOrder.find((endpoint) => zoneOf.get(endpoint) === from && endpoint.zone === from);
    if (moved) zoneOf.set(moved, to);
  }
  return { zoneOf };
}

/** From the zone with the most to give to the one that lacks the most, as long as that brings both closer to their share. */
function transfers(missing: ReadonlyMap<string, number>): [string, string][] {
  const left = new Map(missing);
  const found: [string, string][] = [];
  for (;;) {
    const [first, ...others] = left;
    if (!first) return found;
    const [giver, lack] = others.reduce((least, zone) => (zone[1] < least[1] ? zone : least), first);
    const [receiver, need] = others.reduce((most, zone) => (zone[1] > most[1] ? zone : most), first);
    const surplus = -lack;
    if (surplus < 0.5 || need < 0.5 || (surplus < 1 && need < 1)) return found;
    found.push([giver, receiver]);
    left.set(giver, lack + 1);
    left.set(receiver, need - 1);
  }
}
