import { expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { planPodGc } from './plan.ts';

const pod = (name: string, phase: string, nodeName = 'there', more: Partial<Live<Pod>['metadata']> = {}, reason?: string): Live<Pod> => ({
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...more },
  spec: { containers: [], nodeName },
  status: { phase, ...(reason ? { reason } : {}) },
});
const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const nodes: Record<string, object> = {
  there: { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
  out: { spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] } },
};
const names = (pods: readonly Live<Pod>[], threshold = 0) =>
  Object.fromEntries(
    Object.entries(planPodGc(pods, (name) => nodes[name], threshold)).map(([list, found]) => [list, found.map((p: Live<Pod>) => p.metadata.name)]),
  );
const nothing = { terminated: [], outOfService: [], orphaned: [], unscheduled: [] };

it.each<[string, Live<Pod>, object]>([
  ['runs on its node stays', pod('p', 'Running'), nothing],
  ['is bound to a node that is not there goes', pod('p', 'Running', 'gone'), { ...nothing, orphaned: ['p'] }],
  ['waits for a node stays', pod('p', 'Pending', ''), nothing],
  ['is deleted before it was scheduled goes', pod('p', 'Pending', '', deleted), { ...nothing, unscheduled: ['p'] }],
  ['is deleted on a node out of service goes', pod('p', 'Running', 'out', deleted), { ...nothing, outOfService: ['p'] }],
  ['is deleted on a node that is well is the node’s', pod('p', 'Running', 'there', deleted), nothing],
  ['has ended stays as long as there are not too many', pod('p', 'Succeeded'), nothing],
])('a pod that %s', (_, object, expected) => {
  expect(names([object], 1)).toEqual(expected);
});

it('of too many that have ended the evicted go first, then the oldest', () => {
  const ended = [
    pod('new', 'Failed', 'there', { creationTimestamp: '2026-01-03T00:00:00Z' }),
    pod('old', 'Succeeded'),
    pod('evicted', 'Failed', 'there', { creationTimestamp: '2026-01-04T00:00:00Z' }, 'Evicted'),
  ];
  expect(names(ended, 1).terminated).toEqual(['evicted', 'old']);
  expect(names(ended, 0).terminated).toEqual([]);
});
