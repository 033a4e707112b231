import { describe, expect, it } from '@jest/globals';
import type { Node } from '../../api/kinds/core/node/index.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import { scene } from '../cycle/scene.fixture.ts';
import { node, pod } from '../state/objects.fixture.ts';

type Placed = Record<string, Live<Pod>[]>;
type Row = [name: string, nodes: Live<Node>[], placed: Placed, subject: Live<Pod>, expected: string];

const GPU = { 'example.com/gpu': '2' };
const zone = (value: string) => ({ 'topology.kubernetes.io/zone': value });
const near = (topologyKey: string, app: string) => ({
  requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: { app } } }],
});
const spread = (topologyKey: string, more = {}) => ({
  topologySpreadConstraints: [
    { topologyKey, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } }, ...more },
  ],
});
const inZone = (operator: string, values?: string[]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator, values }] }],
      },
    },
  },
});
const web = (name: string, words = {}) => pod(name, { labels: { app: 'web' }, ...words });

const named = (...names: string[]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: names.map((name) => ({ key: 'metadata.name', operator: 'In', values: [name] })) }],
      },
    },
  },
});

const RESTART_ALL = 'RestartAllContainersOnContainerExits';
const restarting = (action: string) => ({
  name: 'main',
  image: 'app',
  resources: { requests: { cpu: '2' } },
  restartPolicy: 'Never',
  restartPolicyRules: [{ action, exitCodes: { operator: 'In', values: [42] } }],
});
const restartingAll = { spec: { containers: [restarting('RestartAllContainers')] } };

const rows: Row[] = [
  [
    'names the contradiction of a pod that asks for two nodes at once',
    [node('a'), node('b')],
    {},
    pod('p', { spec: named('a', 'b') }),
    '0/2 nodes are available: pod affinity terms conflict.',
  ],
  [
    'counts huge pages that are asked for the pod as a whole',
    [node('a', { resources: { 'hugepages-2Mi': '4Mi' } })],
    {},
    pod('p', { spec: { resources: { requests: { 'hugepages-2Mi': '8Mi' } } } }),
    '0/1 nodes are available: 1 Insufficient hugepages-2Mi.',
  ],
  ['goes to a node with room', [node('a')], {}, pod('p', { cpu: '1' }), 'a'],
  [
    'names what is short, a count for each',
    [node('a', { cpu: '1' }), node('b', { cpu: '1', memory: '1Gi' })],
    {},
    pod('p', { cpu: '2', memory: '2Gi' }),
    '0/2 nodes are available: 1 Insufficient memory, 2 Insufficient cpu.',
  ],
  [
    'counts what the pods of a node ask for',
    [node('a', { cpu: '2' })],
    { a: [pod('x', { cpu: '1500m' })] },
    pod('p', { cpu: '600m' }),
    '0/1 nodes are available: 1 Insufficient cpu.',
  ],
  ['fills a node to the last thousandth', [node('a', { cpu: '2' })], { a: [pod('x', { cpu: '1500m' })] }, pod('p', { cpu: '500m' }), 'a'],
  ['counts pods', [node('a', { pods: '1' })], { a: [pod('x')] }, pod('p'), '0/1 nodes are available: 1 Too many pods.'],
  [
    'counts ephemeral storage',
    [node('a')],
    {},
    pod('p', { requests: { 'ephemeral-storage': '200Gi' } }),
    '0/1 nodes are available: 1 Insufficient ephemeral-storage.',
  ],
  [
    'counts extended resources',
    [node('a', { resources: GPU })],
    { a: [pod('x', { requests: { 'example.com/gpu': '1' } })] },
    pod('p', { requests: { 'example.com/gpu': '2' } }),
    '0/1 nodes are available: 1 Insufficient example.com/gpu.',
  ],
  [
    'finds the node with the extended resource',
    [node('a'), node('b', { resources: GPU })],
    {},
    pod('p', { requests: { 'example.com/gpu': '2' } }),
    'b',
  ],
  ['avoids cordoned nodes', [node('a', { unschedulable: true })], {}, pod('p'), '0/1 nodes are available: 1 node(s) were unschedulable.'],
  [
    'avoids untolerated taints',
    [node('a', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] })],
    {},
    pod('p'),
    '0/1 nodes are available: 1 node(s) had untolerated taint(s).',
  ],
  [
    'accepts tolerated taints',
    [node('a', { taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }] })],
    {},
    pod('p', { spec: { tolerations: [{ key: 'k', operator: 'Exists' }] } }),
    'a',
  ],
  [
    'minds the value of a toleration',
    [node('a', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] })],
    {},
    pod('p', { spec: { tolerations: [{ key: 'k', value: 'w', effect: 'NoSchedule' }] } }),
    '0/1 nodes are available: 1 node(s) had untolerated taint(s).',
  ],
  ['obeys the node selector', [node('a'), node('b', { labels: { disk: 'ssd' } })], {}, pod('p', { spec: { nodeSelector: { disk: 'ssd' } } }), 'b'],
  [
    'obeys required node affinity',
    [node('a', { labels: zone('1') }), node('b', { labels: zone('2') })],
    {},
    pod('p', { spec: inZone('NotIn', ['1']) }),
    'b',
  ],
  [
    'says when node affinity fits nowhere',
    [node('a', { labels: zone('1') })],
    {},
    pod('p', { spec: inZone('In', ['9']) }),
    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
  ],
  [
    'compares numbers in node affinity',
    [node('a', { labels: zone('5') }), node('b', { labels: zone('50') })],
    {},
    pod('p', { spec: inZone('Gt', ['9']) }),
    'b',
  ],
  ['keeps host ports apart', [node('a'), node('b')], { a: [pod('x', { hostPort: 80 })] }, pod('p', { hostPort: 80 }), 'b'],
  [
    'says when a host port is taken',
    [node('a')],
    { a: [pod('x', { hostPort: 80 })] },
    pod('p', { hostPort: 80 }),
    "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  ],
  [
    'puts a pod near those it wants',
    [node('a', { labels: zone('1') }), node('b', { labels: zone('2') })],
    { b: [web('x')] },
    pod('p', { spec: { affinity: { podAffinity: near('topology.kubernetes.io/zone', 'web') } } }),
    'b',
  ],
  [
    'says when there is nobody to be near to',
    [node('a')],
    {},
    pod('p', { spec: { affinity: { podAffinity: near('kubernetes.io/hostname', 'web') } } }),
    "0/1 nodes are available: 1 node(s) didn't match pod affinity rules.",
  ],
  [
    'lets the first of a set that wants company start',
    [node('a')],
    {},
    web('p', { spec: { affinity: { podAffinity: near('kubernetes.io/hostname', 'web') } } }),
    'a',
  ],
  [
    'keeps a pod from those it avoids',
    [node('a'), node('b')],
    { a: [web('x')] },
    pod('p', { spec: { affinity: { podAntiAffinity: near('kubernetes.io/hostname', 'web') } } }),
    'b',
  ],
  [
    'says when those it avoids are everywhere',
    [node('a')],
    { a: [web('x')] },
    pod('p', { spec: { affinity: { podAntiAffinity: near('kubernetes.io/hostname', 'web') } } }),
    "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.",
  ],
  [
    'keeps a pod from those that avoid it',
    [node('a')],
    { a: [pod('x', { spec: { affinity: { podAntiAffinity: near('kubernetes.io/hostname', 'web') } } })] },
    web('p'),
    "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
  ],
  [
    'minds pods of its own namespace only, unless told',
    [node('a')],
    { a: [web('x', { namespace: 'other' })] },
    pod('p', { spec: { affinity: { podAntiAffinity: near('kubernetes.io/hostname', 'web') } } }),
    'a',
  ],
  [
    'spreads over zones',
    [node('a', { labels: zone('1') }), node('b', { labels: zone('2') })],
    { a: [web('x')] },
    web('p', { spec: spread('topology.kubernetes.io/zone') }),
    'b',
  ],
  [
    'says when the spread would be too uneven',
    [node('a', { labels: zone('1') }), node('b', { labels: zone('2'), cpu: '0' })],
    { a: [web('x')] },
    web('p', { cpu: '1', spec: spread('topology.kubernetes.io/zone') }),
    "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints.",
  ],
  [
    'asks for the topology label',
    [node('a')],
    {},
    web('p', { spec: spread('topology.kubernetes.io/zone') }),
    "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label).",
  ],
  [
    'counts no domain as the emptiest below minDomains',
    [node('a', { labels: zone('1') })],
    { a: [web('x')] },
    web('p', { spec: spread('topology.kubernetes.io/zone', { minDomains: 2 }) }),
    "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints.",
  ],
  [
    'counts pods of the same revision only with matchLabelKeys',
    [node('a', { labels: zone('1') }), node('b', { labels: zone('2'), cpu: '0' })],
    { a: [web('x', { labels: { app: 'web', rev: '1' } })] },
    web('p', { cpu: '1', labels: { app: 'web', rev: '2' }, spec: spread('topology.kubernetes.io/zone', { matchLabelKeys: ['rev'] }) }),
    'a',
  ],
  [
    'leaves nodes that its affinity rules out of the spread',
    [node('a', { labels: zone('1') }), node('b', { labels: zone('2') })],
    { a: [web('x')] },
    web('p', { spec: { ...spread('topology.kubernetes.io/zone'), ...inZone('In', ['1']) } }),
    'a',
  ],
  [
    'counts them with nodeAffinityPolicy Ignore',
    [node('a', { labels: zone('1') }), node('b', { labels: zone('2') })],
    { a: [web('x')] },
    web('p', { spec: { ...spread('topology.kubernetes.io/zone', { nodeAffinityPolicy: 'Ignore' }), ...inZone('In', ['1']) } }),
    "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't match pod topology spread constraints.",
  ],
  [
    'counts the largest moment of init containers',
    [node('a', { cpu: '1' })],
    {},
    pod('p', { cpu: '100m', spec: { initContainers: [{ name: 'i', resources: { requests: { cpu: '2' } } }] } }),
    '0/1 nodes are available: 1 Insufficient cpu.',
  ],
  [
    'adds sidecars up',
    [node('a', { cpu: '1' })],
    {},
    pod('p', { cpu: '600m', spec: { initContainers: [{ name: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '600m' } } }] } }),
    '0/1 nodes are available: 1 Insufficient cpu.',
  ],
  [
    'goes where the node declares the features that it needs',
    [node('a', { declaredFeatures: ['Other'] }), node('b', { declaredFeatures: [RESTART_ALL] })],
    {},
    pod('p', restartingAll),
    'b',
  ],
  [
    'goes nowhere without them, and tells it as the last of all reasons',
    [node('a'), node('b', { declaredFeatures: ['Other'] }), node('c', { cpu: '1' })],
    {},
    pod('p', restartingAll),
    "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't match Pod's required features.",
  ],
  ['needs no feature by itself', [node('a')], {}, pod('p', { spec: { containers: [restarting('Restart')] } }), 'a'],
];

describe('the scheduler’s filters', () => {
  it.each(rows)('%s', (_name, nodes, placed, subject, expected) => {
    expect(scene(nodes, placed).decide(subject)).toBe(expected);
  });

  it('says the same for every node that an affinity by name leaves out', () => {
    const byName = {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }],
          },
        },
      },
    };
    const { decide } = scene([node('a', { cpu: '1' }), node('b'), node('c')]);
    expect(decide(pod('p', { spec: byName }))).toBe('a');
    expect(decide(pod('p', { cpu: '2', spec: byName }))).toBe(
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    );
  });
});
