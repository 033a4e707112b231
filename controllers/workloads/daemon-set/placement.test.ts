import { describe, expect, it } from '@jest/globals';
import type { PodSpec } from '../../../api/pod/spec/pod-spec.ts';
import { daemonTemplate, targetNode, templateFor } from './daemon-pod.ts';
import { daemonSet, node } from './daemon-pods.fixture.ts';
import type { Placement } from './placement.ts';
import { placementOf } from './placement.ts';
import { withDaemonTolerations } from './tolerations.ts';

const setOf = (spec: Partial<PodSpec>) => {
  const set = daemonSet();
  return { ...set, spec: { selector: {}, ...set.spec, template: { spec: { containers: [], ...spec } } } };
};
const taint = (key: string, effect: string) => ({ taints: [{ key, effect }] });
const zone = (operator: string, values: string[]) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator, values }] }] },
  },
});

describe('a daemon pod', () => {
  it.each<[string, Partial<PodSpec>, ReturnType<typeof node>, Placement]>([
    ['runs on any node', {}, node('a'), 'run'],
    ['runs on a node with the labels that it selects', { nodeSelector: { zone: 'x' } }, node('a', {}, { zone: 'x' }), 'run'],
    ['does not run on others', { nodeSelector: { zone: 'x' } }, node('a', {}, { zone: 'y' }), 'none'],
    ['runs on a node that its affinity requires', { affinity: zone('In', ['x']) }, node('a', {}, { zone: 'x' }), 'run'],
    ['does not run on one that its affinity excludes', { affinity: zone('NotIn', ['x']) }, node('a', {}, { zone: 'x' }), 'none'],
    ['runs on the one node that it names', { nodeName: 'a' }, node('a'), 'run'],
    ['runs on no other', { nodeName: 'b' }, node('a'), 'none'],
    ['runs on a node that is cordoned', {}, node('a', taint('node.kubernetes.io/unschedulable', 'NoSchedule')), 'run'],
    ['runs on a node that is not ready', {}, node('a', taint('node.kubernetes.io/not-ready', 'NoExecute')), 'run'],
    ['runs on a node under pressure', {}, node('a', taint('node.kubernetes.io/memory-pressure', 'NoSchedule')), 'run'],
    ['stays on a node that takes no new pods', {}, node('a', taint('special', 'NoSchedule')), 'stay'],
    ['leaves a node that keeps no pods', {}, node('a', taint('special', 'NoExecute')), 'none'],
    ['does not mind what is only preferred', {}, node('a', taint('special', 'PreferNoSchedule')), 'run'],
    ['runs where it tolerates the taint', { tolerations: [{ operator: 'Exists' }] }, node('a', taint('special', 'NoExecute')), 'run'],
    ['waits for the network', {}, node('a', taint('node.kubernetes.io/network-unavailable', 'NoSchedule')), 'stay'],
    [
      'does not wait for the network on the network of the host',
      { hostNetwork: true },
      node('a', taint('node.kubernetes.io/network-unavailable', 'NoSchedule')),
      'run',
    ],
  ])('%s', (_, spec, on, expected) => {
    expect(placementOf(setOf(spec))(on)).toBe(expected);
  });
});

describe('the tolerations of daemon pods', () => {
  it('follow those of the template, and replace the same one for a limited time', () => {
    const own = [
      { key: 'mine', operator: 'Exists' },
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
    ];
    const tolerations = withDaemonTolerations(own, false);
    expect(tolerations.slice(0, 2)).toEqual([own[0], { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }]);
    expect(tolerations).toHaveLength(7);
  });
});

describe('the template for a node', () => {
  const preferred = [{ weight: 1, preference: { matchExpressions: [{ key: 'zone', operator: 'Exists' }] } }];
  const affinity = { nodeAffinity: { ...zone('In', ['x']).nodeAffinity, preferredDuringSchedulingIgnoredDuringExecution: preferred } };

  it('requires that node alone, and keeps the rest of the affinity', () => {
    const { spec } = templateFor(daemonTemplate(setOf({ affinity }), 'hash'), 'a');
    expect(spec?.affinity).toEqual({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }],
        },
        preferredDuringSchedulingIgnoredDuringExecution: preferred,
      },
    });
    expect(targetNode({ spec: spec ?? { containers: [] } })).toBe('a');
  });

  it.each([
    ['the node it is on', { nodeName: 'b', affinity: { nodeAffinity: {} } }, 'b'],
    ['no node', {}, undefined],
    ['no node, by labels', { affinity }, undefined],
  ])('a pod is meant for %s', (_, spec, expected) => {
    expect(targetNode({ spec: { containers: [], ...spec } })).toBe(expected);
  });
});
