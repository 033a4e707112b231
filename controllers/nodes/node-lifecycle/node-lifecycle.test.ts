import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../../api/kinds/core/node/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Taint } from '../../../api/pod/placement/taint.ts';
import { observe, planUnknown } from './health.ts';
import { planOldLabels } from './labels.ts';
import { planNoExecute, planNoSchedule } from './taints.ts';
import type { ZoneState } from './zones.ts';
import { evictionRate, zoneOf, zoneStateOf } from './zones.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');
const node = (conditions: Record<string, string>, spec: Node['spec'] = {}, heartbeat = 'h1'): Live<Node> => ({
  metadata: { name: 'n', uid: 'n', resourceVersion: '1', creationTimestamp: '2026-01-01T23:59:30Z' },
  spec,
  status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status, lastHeartbeatTime: heartbeat })) },
});
const keys = (taints: readonly Taint[] | undefined) => taints?.map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`);

describe('NoSchedule taints', () => {
  it.each<[Record<string, string>, Node['spec'], string[] | undefined]>([
    [{ Ready: 'True' }, {}, undefined],
    [{ Ready: 'False' }, {}, ['not-ready:NoSchedule']],
    [{ Ready: 'Unknown' }, {}, ['unreachable:NoSchedule']],
    [
      { Ready: 'True', MemoryPressure: 'True', DiskPressure: 'True', PIDPressure: 'True' },
      {},
      ['memory-pressure:NoSchedule', 'disk-pressure:NoSchedule', 'pid-pressure:NoSchedule'],
    ],
    [{ Ready: 'True', NetworkUnavailable: 'True' }, { unschedulable: true }, ['network-unavailable:NoSchedule', 'unschedulable:NoSchedule']],
    [{ Ready: 'True' }, { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] }, []],
    [
      { Ready: 'True' },
      {
        taints: [
          { key: 'mine', effect: 'NoSchedule' },
          { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
        ],
      },
      undefined,
    ],
    [
      { Ready: 'False' },
      {
        taints: [
          { key: 'mine', effect: 'NoSchedule' },
          { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
        ],
      },
      ['mine:NoSchedule', 'not-ready:NoSchedule'],
    ],
  ])('of a node with %j and %j become %j', (conditions, spec, expected) => {
    expect(keys(planNoSchedule(node(conditions, spec), NOW))).toEqual(expected);
  });
});

describe('NoExecute taints', () => {
  const unreachable = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
  it.each<[Taint[], string | undefined, string[] | undefined]>([
    [[], 'node.kubernetes.io/not-ready', ['not-ready:NoExecute']],
    [[unreachable], 'node.kubernetes.io/unreachable', undefined],
    [[unreachable], 'node.kubernetes.io/not-ready', ['not-ready:NoExecute']],
    [[unreachable, { key: 'mine', effect: 'NoExecute' }], undefined, ['mine:NoExecute']],
    [[{ key: 'mine', effect: 'NoExecute' }], undefined, undefined],
  ])('%j for %p become %j', (taints, key, expected) => {
    expect(keys(planNoExecute(node({}, { taints }), key, NOW))).toEqual(expected);
  });
  it('say since when', () => {
    expect(planNoExecute(node({}), 'k', NOW)?.[0]?.timeAdded).toBe('2026-01-02T00:00:00Z');
  });
});

describe('labels of old names', () => {
  const labelled = (labels: Record<string, string>) => ({ metadata: { labels } });
  it.each<[Record<string, string>, Record<string, string> | undefined]>([
    [{}, undefined],
    [
      { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64' },
      { 'beta.kubernetes.io/os': 'linux', 'beta.kubernetes.io/arch': 'arm64' },
    ],
    [{ 'kubernetes.io/os': 'linux', 'beta.kubernetes.io/os': 'linux' }, undefined],
    [{ 'kubernetes.io/os': 'linux', 'beta.kubernetes.io/os': 'windows' }, { 'beta.kubernetes.io/os': 'linux' }],
  ])('of a node with %j to add: %j', (labels, expected) => {
    expect(planOldLabels(labelled(labels))).toEqual(expected);
  });
});

describe('a sign of life', () => {
  const lease = (renewTime: string) => ({ spec: { renewTime } });
  const known = { heartbeat: 'h1', renewal: 'r1', seenAt: 1 };
  it.each([
    ['a new heartbeat', node({ Ready: 'True' }, {}, 'h2'), lease('r1'), 5],
    ['a renewed lease', node({ Ready: 'True' }), lease('r2'), 5],
    ['neither', node({ Ready: 'True' }), lease('r1'), 1],
    ['a lease from before', node({ Ready: 'True' }), lease('r0'), 1],
  ])('is %s', (_, object, observed, seenAt) => {
    expect(observe(known, object, observed, 5).seenAt).toBe(seenAt);
  });
  it('of a node that never reported is its creation', () => {
    expect(observe(undefined, node({}), undefined, NOW).seenAt).toBe(NOW - 30_000);
  });
});

describe('silence', () => {
  const config = { gracePeriodMs: 40_000, startupGracePeriodMs: 60_000 };
  const silentFor = (seconds: number) => ({ heartbeat: 'h1', renewal: undefined, seenAt: NOW - seconds * 1000 });
  it('is borne for the grace period', () => {
    expect(planUnknown(node({ Ready: 'True' }), silentFor(40), config, NOW)).toBeUndefined();
    expect(planUnknown(node({}), silentFor(60), config, NOW)).toBeUndefined();
  });
  it('then makes all that the agent reports Unknown, and leaves the rest', () => {
    const conditions = planUnknown(node({ Ready: 'True', DiskPressure: 'False', Custom: 'True' }), silentFor(41), config, NOW);
    expect(conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason ?? ''}`)).toEqual([
      'Ready=Unknown NodeStatusUnknown',
      'DiskPressure=Unknown NodeStatusUnknown',
      'Custom=True ',
      'MemoryPressure=Unknown NodeStatusNeverUpdated',
      'PIDPressure=Unknown NodeStatusNeverUpdated',
    ]);
  });
  it('of a node that is Unknown already changes nothing', () => {
    const unknown = { Ready: 'Unknown', MemoryPressure: 'Unknown', DiskPressure: 'Unknown', PIDPressure: 'Unknown' };
    expect(planUnknown(node(unknown), silentFor(100), config, NOW)).toBeUndefined();
  });
});

describe('a zone', () => {
  const nodes = (up: number, down: number) => [
    ...Array.from({ length: up }, () => node({ Ready: 'True' })),
    ...Array.from({ length: down }, () => node({ Ready: 'Unknown' })),
  ];
  it.each<[number, number, ZoneState]>([
    [3, 0, 'Normal'],
    [1, 2, 'Normal'],
    [0, 1, 'FullDisruption'],
    [2, 3, 'PartialDisruption'],
    [5, 4, 'Normal'],
  ])('with %i nodes up and %i down is in state %s', (up, down, state) => {
    expect(zoneStateOf(nodes(up, down), { unhealthyThreshold: 0.55 })).toBe(state);
  });

  const config = { evictionRate: 0.1, secondaryEvictionRate: 0.01, unhealthyThreshold: 0.55, largeZone: 50 };
  it.each<[ZoneState, number, boolean, number]>([
    ['Normal', 10, false, 0.1],
    ['FullDisruption', 10, false, 0.1],
    ['FullDisruption', 10, true, 0],
    ['PartialDisruption', 50, false, 0],
    ['PartialDisruption', 51, false, 0.01],
  ])('in state %s of %i nodes (all zones down: %p) evicts %p nodes a second', (state, size, allDown, rate) => {
    expect(evictionRate(state, size, allDown, config)).toBe(rate);
  });

  it('is named by the node’s labels', () => {
    expect(zoneOf({ metadata: { labels: { 'topology.kubernetes.io/region': 'r', 'topology.kubernetes.io/zone': 'z' } } })).toBe('r/z');
  });
});
