import { expect, it } from '@jest/globals';
import { aContainer, aPod } from '../../contract/pods.fixture.ts';
import { byUrgency } from './resize-order.ts';

const waiting = (name: string, { cpu = '2', priority = 0, since = 10, limited = false }) => {
  const of = (amount: string) => {
    const amounts = { cpu: amount, memory: '1Gi' };
    return aContainer('c', { resources: { requests: amounts, ...(limited ? { limits: amounts } : {}) } });
  };
  const conditions = [{ type: 'PodResizePending', status: 'True', lastTransitionTime: new Date(since * 1000).toISOString() }];
  return {
    wanted: aPod({ priority, containers: [of(cpu)] }, { name }),
    worker: { pod: aPod({ containers: [of('1')] }, {}, { conditions }) },
  };
};

it('resizes that wait are tried again by what they ask for, priority, class of service and age', () => {
  const all = [
    waiting('young', {}),
    waiting('old', { since: 5 }),
    waiting('guaranteed', { limited: true }),
    waiting('important', { priority: 7 }),
    waiting('less', { cpu: '500m' }),
  ];
  expect(all.sort(byUrgency).map(({ wanted }) => wanted.metadata.name)).toEqual(['less', 'important', 'guaranteed', 'old', 'young']);
});
