import { expect, it } from '@jest/globals';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import { amountChanges } from './amount-changes.ts';

const pod = (requests: Record<string, string>, limits: Record<string, string>) =>
  aPod({ containers: [aContainer('a'), aContainer('c', { resources: { requests, limits } })] });

it.each([
  [{}, {}, []],
  [{ cpu: '1' }, { cpu: '1000m' }, []],
  [{ cpu: '1' }, { cpu: '1500m' }, ['cpu requests increase']],
  [{ cpu: '1', memory: '2Gi' }, { memory: '1Gi' }, ['memory requests decrease', 'cpu requests remove']],
  [{}, { memory: '1Gi' }, ['memory requests add']],
])('a change of requests from %j to %j is %j', (before, after, changes) => {
  const found = amountChanges(pod(before, { cpu: '2' }), pod(after, { cpu: '2' }));
  expect(found.map(({ resource, requirement, operation }) => `${resource} ${requirement} ${operation}`)).toEqual(changes);
});

it('limits change by themselves', () => {
  expect(amountChanges(pod({}, { cpu: '2' }), pod({}, { cpu: '4' }))).toEqual([{ resource: 'cpu', requirement: 'limits', operation: 'increase' }]);
});
