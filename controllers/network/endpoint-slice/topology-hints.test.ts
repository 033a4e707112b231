import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Endpoint } from '../../../api/kinds/discovery/endpoint-slice.ts';
import { planTopologyHints, wantsTopologyHints, zoneShares } from './topology-hints.ts';

const node = (zone: string, cpu: string, ready = 'True', labels: Record<string, string> = {}): Node => ({
  metadata: { labels: { ...(zone ? { 'topology.kubernetes.io/zone': zone } : {}), ...labels } },
  status: { allocatable: { cpu }, conditions: [{ type: 'Ready', status: ready }] },
});
const endpoints = (counts: Record<string, number>): Endpoint[] =>
  Object.entries(counts).flatMap(([zone, count]) =>
    Array.from({ length: count }, (_, i) => ({ addresses: [`${zone}${i}`], conditions: { ready: true }, zone, targetRef: { uid: `${zone}${i}` } })),
  );
/** Endpoints by the zone whose traffic they take, or why there are no hints. */
function hints(of: readonly Endpoint[], shares: Record<string, number> | undefined): Record<string, number> | string {
  const plan = planTopologyHints(of, shares && new Map(Object.entries(shares)));
  if ('refused' in plan) return plan.refused;
  const counts: Record<string, number> = {};
  for (const zone of plan.zoneOf.values()) counts[zone] = (counts[zone] ?? 0) + 1;
  return counts;
}

describe('the shares of the zones', () => {
  it.each<[string, Node[], Record<string, number> | undefined]>([
    ['follow the CPU of their ready nodes', [node('a', '2'), node('a', '1'), node('b', '1'), node('b', '9', 'False')], { a: 0.75, b: 0.25 }],
    [
      'leave the control plane out',
      [node('a', '1'), node('b', '1'), node('b', '8', 'True', { 'node-role.kubernetes.io/control-plane': '' })],
      { a: 0.5, b: 0.5 },
    ],
    ['are not known where a node tells no zone', [node('a', '1'), node('b', '1'), node('', '1')], undefined],
    ['are not known where a node tells no CPU', [node('a', '1'), node('b', '0')], undefined],
    ['need two zones', [node('a', '1'), node('a', '1')], undefined],
  ])('%s', (_, nodes, expected) => {
    const shares = zoneShares(nodes);
    expect(shares && Object.fromEntries(shares)).toEqual(expected);
  });
});

describe('hints', () => {
  const even = { a: 0.5, b: 0.5 };
  it.each<[string, Record<string, number>, Record<string, number> | undefined, Record<string, number> | string]>([
    ['keep endpoints in their zone where the zones have their share', { a: 3, b: 3 }, even, { a: 3, b: 3 }],
    ['give a zone with too few some of another’s', { a: 5, b: 1 }, even, { a: 3, b: 3 }],
    ['leave less than half an endpoint where it is', { a: 4, b: 3 }, { a: 0.6, b: 0.4 }, { a: 4, b: 3 }],
    ['follow shares that differ', { a: 4, b: 4 }, { a: 0.75, b: 0.25 }, { a: 6, b: 2 }],
    [
      'need to know the nodes',
      { a: 3, b: 3 },
      undefined,
      'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes',
    ],
    ['need an endpoint for each zone', { a: 1 }, even, 'Insufficient number of endpoints (1 endpoints, 2 zones)'],
    [
      'must not overload a zone',
      { a: 3 },
      { a: 0.45, b: 0.45, c: 0.1 },
      'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 3 zones)',
    ],
  ])('%s', (_, counts, shares, expected) => {
    expect(hints(endpoints(counts), shares)).toEqual(expected);
  });

  it('need every endpoint’s zone', () => {
    expect(hints([...endpoints({ a: 2, b: 1 }), { addresses: ['x'], conditions: { ready: true } }], even)).toBe(
      'One or more endpoints do not have a zone specified',
    );
  });

  it('fall on the same endpoints in whatever order they come', () => {
    const all = endpoints({ a: 5, b: 1 });
    const movedOf = (list: Endpoint[]) => {
      const plan = planTopologyHints(list, new Map(Object.entries(even)));
      return 'zoneOf' in plan ? list.filter((endpoint) => plan.zoneOf.get(endpoint) !== endpoint.zone).map(({ addresses }) => addresses[0]) : [];
    };
    expect(movedOf([...all].reverse()).sort()).toEqual(movedOf(all).sort());
  });
});

it.each([
  [{ 'service.kubernetes.io/topology-mode': 'Auto' }, true],
  [{ 'service.kubernetes.io/topology-aware-hints': 'auto' }, true],
  [{ 'service.kubernetes.io/topology-mode': 'Disabled' }, false],
  [{}, false],
])('a service with %j asks for hints: %p', (annotations, expected) => {
  expect(wantsTopologyHints({ metadata: { annotations } })).toBe(expected);
});
