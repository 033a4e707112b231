import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Toleration } from '../../../api/pod/placement/affinity.ts';
import { evictionTime } from './plan.ts';

const at = (second: number) => new Date(second * 1000).toISOString();
const pod = (tolerations: Toleration[], created = 0, scheduled = created): Live<Pod> => ({
  metadata: { name: 'p', uid: 'p', resourceVersion: '1', creationTimestamp: at(created) },
  spec: { containers: [], tolerations },
  status: { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: at(scheduled) }] },
});
const taint = (key: string, second = 100, effect = 'NoExecute') => ({ key, effect, timeAdded: at(second) });
const node = (...taints: ReturnType<typeof taint>[]) => ({ spec: { taints } });

describe('a pod must leave', () => {
  it.each<[string, Toleration[], ReturnType<typeof node>, number | undefined]>([
    ['never from a node without taints', [], node(), undefined],
    ['never for a taint that only keeps others away', [], node(taint('k', 100, 'NoSchedule')), undefined],
    ['at once for a taint it does not tolerate', [], node(taint('k')), 0],
    ['never for a taint it tolerates for ever', [{ key: 'k', operator: 'Exists' }], node(taint('k')), undefined],
    ['after as long as it tolerates the taint', [{ key: 'k', operator: 'Exists', tolerationSeconds: 300 }], node(taint('k')), 400_000],
    [
      'after the shortest time that it tolerates one of several taints',
      [
        { key: 'k', operator: 'Exists', tolerationSeconds: 300 },
        { key: 'l', operator: 'Exists', tolerationSeconds: 10 },
      ],
      node(taint('k'), taint('l')),
      110_000,
    ],
    [
      'by the first toleration of a taint',
      [{ operator: 'Exists' }, { key: 'k', operator: 'Exists', tolerationSeconds: 10 }],
      node(taint('k')),
      undefined,
    ],
    ['at once where one of two taints is not tolerated', [{ key: 'k', operator: 'Exists' }], node(taint('k'), taint('l')), 0],
    ['at once where it tolerates for no time', [{ operator: 'Exists', tolerationSeconds: 0 }], node(taint('k')), 0],
  ])('%s', (_, tolerations, on, expected) => {
    expect(evictionTime(pod(tolerations), on)).toBe(expected);
  });

  it('so long after it came to a node that was tainted before', () => {
    expect(evictionTime(pod([{ operator: 'Exists', tolerationSeconds: 300 }], 500, 600), node(taint('k')))).toBe(900_000);
  });
});
