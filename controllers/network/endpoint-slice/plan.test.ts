import { describe, expect, it } from '@jest/globals';
import type { Endpoint, EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { SliceFrame, SliceGroup } from './plan.ts';
import { planSlices, sliceLabels } from './plan.ts';

const ports = [
  { name: 'http', port: 80, protocol: 'TCP' },
  { name: 'metrics', port: 9090, protocol: 'TCP' },
];
const endpoint = (i: number, ready = true): Endpoint => ({
  addresses: [`10.0.${Math.floor(i / 250)}.${i % 250}`],
  conditions: { ready },
  targetRef: { uid: `p${i}` },
});
const range = (from: number, to: number, ready = true) => Array.from({ length: to - from }, (_, i) => endpoint(from + i, ready));
const frame: SliceFrame = {
  name: 'web',
  namespace: 'default',
  labels: { 'kubernetes.io/service-name': 'web' },
  owner: { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 's' },
  trigger: '2026-01-01T00:00:00Z',
};
const slice = (name: string, endpoints: Endpoint[], more: Partial<EndpointSlice> = {}): Live<EndpointSlice> => ({
  addressType: 'IPv4',
  ports,
  endpoints,
  ...more,
  metadata: {
    name,
    namespace: 'default',
    uid: name,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: frame.labels,
    ownerReferences: [frame.owner],
    ...more.metadata,
  },
});
const group = (endpoints: Endpoint[]): SliceGroup => ({ addressType: 'IPv4', ports, endpoints });
const run = (endpoints: Endpoint[], existing: Live<EndpointSlice>[]) => {
  const { create, update, remove } = planSlices(frame, ['IPv4'], [group(endpoints)], existing);
  return {
    create: create.map((made) => made.endpoints?.length),
    update: Object.fromEntries(update.map((changed) => [changed.metadata.name, changed.endpoints?.length])),
    remove: remove.map(({ metadata }) => metadata.name),
  };
};
const nothing = { create: [], update: {}, remove: [] };

describe('slices', () => {
  it.each<[string, Endpoint[], Live<EndpointSlice>[], object]>([
    ['are made of a hundred endpoints each', range(0, 230), [], { ...nothing, create: [100, 100, 30] }],
    ['are left alone where nothing changed', range(0, 120), [slice('a', range(0, 100)), slice('b', range(100, 120))], nothing],
    [
      'that hold a changed endpoint are the only ones written',
      [...range(0, 100), endpoint(100, false)],
      [slice('a', range(0, 100)), slice('b', range(100, 101))],
      { ...nothing, update: { b: 1 } },
    ],
    [
      'take new endpoints where something changes anyway',
      range(1, 101),
      [slice('a', range(0, 99)), slice('b', range(99, 100))],
      { ...nothing, update: { a: 99 } },
    ],
    [
      'take new endpoints into the fullest that has room for all',
      range(0, 155),
      [slice('a', range(0, 100)), slice('b', range(100, 140)), slice('c', range(140, 150))],
      { ...nothing, update: { b: 45 } },
    ],
    ['are added where none has room', range(0, 105), [slice('a', range(0, 100))], { ...nothing, create: [5] }],
    ['that run empty go', range(0, 100), [slice('a', range(0, 100)), slice('b', range(100, 110))], { ...nothing, remove: ['b'] }],
    [
      'of other ports go',
      range(0, 1),
      [slice('a', range(0, 1)), slice('b', range(0, 1), { ports: [{ name: '', port: 81, protocol: 'TCP' }] })],
      { ...nothing, remove: ['b'] },
    ],
    ['that are empty stay for a service without endpoints', [], [slice('a', [], { ports: [] })], nothing],
    ['that lose their last endpoint stay, empty', [], [slice('a', range(0, 1))], { ...nothing, update: { a: 0 } }],
    ['that are empty take the first endpoint', range(0, 1), [slice('a', [], { ports: [] })], { ...nothing, update: { a: 1 } }],
    [
      'that change anyway are filled, the fullest first',
      range(2, 120),
      [slice('a', range(0, 20)), slice('b', [endpoint(1), ...range(20, 95)])],
      { ...nothing, update: { a: 18, b: 100 } },
    ],
    ['whose ports stand in another order are the same', range(0, 1), [slice('a', range(0, 1), { ports: [...ports].reverse() })], nothing],
    [
      'of a former service of this name go, and are not written to',
      range(0, 1),
      [slice('a', range(0, 1), { metadata: { ownerReferences: [{ ...frame.owner, uid: 'former' }] } })],
      { create: [1], update: {}, remove: ['a'] },
    ],
    [
      'that are going already are left to go',
      range(0, 1),
      [slice('a', range(0, 1), { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })],
      { ...nothing, create: [1] },
    ],
  ])('%s', (_, endpoints, existing, expected) => {
    expect(run(endpoints, existing)).toEqual(expected);
  });

  it('carry the owner, its labels and the time of the change', () => {
    const [made] = planSlices(frame, ['IPv4'], [group(range(0, 1))], []).create;
    expect(made).toEqual({
      metadata: {
        generateName: 'web-',
        namespace: 'default',
        labels: frame.labels,
        annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T00:00:00Z' },
        ownerReferences: [frame.owner],
      },
      addressType: 'IPv4',
      endpoints: range(0, 1),
      ports,
    });
  });

  it('are written anew when the labels of the service change', () => {
    const { update } = planSlices(
      { ...frame, labels: { ...frame.labels, tier: 'front' } },
      ['IPv4'],
      [group(range(0, 1))],
      [slice('a', range(0, 1))],
    );
    expect(update[0]?.metadata.labels).toEqual({ ...frame.labels, tier: 'front' });
  });

  it('that take the place of others keep their name, and have the new ports', () => {
    const { update } = planSlices(frame, ['IPv4'], [group(range(0, 1))], [slice('a', range(0, 1), { ports: [{ name: 'http', port: 81 }] })]);
    expect(update).toEqual([expect.objectContaining({ metadata: expect.objectContaining({ name: 'a' }), ports, endpoints: range(0, 1) })]);
  });

  it('are not made for an owner that is being deleted', () => {
    expect(planSlices({ ...frame, closing: true }, ['IPv4'], [group(range(0, 1))], [])).toEqual({ create: [], update: [], remove: [] });
  });

  it('carry the annotations that they are told to, and no others', () => {
    const annotated = slice('a', range(0, 1), { metadata: { annotations: { stale: 'yes' } } });
    const { update } = planSlices({ ...frame, annotations: { note: 'x' }, trigger: undefined }, ['IPv4'], [group(range(0, 1))], [annotated]);
    expect(update[0]?.metadata.annotations).toEqual({ note: 'x' });
  });

  it('of a family that the service lost go, and an empty one stands for each it has', () => {
    const { create, remove } = planSlices(frame, ['IPv4', 'IPv6'], [group(range(0, 1))], [slice('fqdn', [], { addressType: 'FQDN' })]);
    expect([create.map(({ addressType, endpoints }) => [addressType, endpoints?.length]), remove.map(({ metadata }) => metadata.name)]).toEqual([
      [
        ['IPv4', 1],
        ['IPv6', 0],
      ],
      ['fqdn'],
    ]);
  });
});

it('labels are the service’s own, without those that are ours to set', () => {
  expect(sliceLabels({ tier: 'front', 'kubernetes.io/service-name': 'forged', 'service.kubernetes.io/headless': '' }, 'web', 'us', false)).toEqual({
    tier: 'front',
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'us',
  });
});
