import { describe, expect, it } from '@jest/globals';
import type { ResourceRequirements } from '../../../api/pod/resources/resources.ts';
import { aContainer, aPod } from '../../contract/pods.fixture.ts';
import { podLevelResources } from './pod-level-resources.ts';

const pod = (resources: ResourceRequirements | undefined, ...containers: readonly ResourceRequirements[]) =>
  aPod({ ...(resources ? { resources } : {}), containers: containers.map((own, index) => aContainer(`c${index}`, { resources: own })) });

describe('the resources of a pod as a whole in its status', () => {
  const small = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '2' } };
  it.each([
    ['none of a pod that asks for nothing', pod(undefined, {}), undefined, {}],
    ['its own', pod({ requests: { cpu: '3' }, limits: { memory: '4Gi' } }), { cpu: '3' }, { requests: { cpu: '3' }, limits: { memory: '4Gi' } }],
    [
      'the sum of its containers',
      pod(undefined, small, small),
      { cpu: '2', memory: '2Gi' },
      { requests: { cpu: '2', memory: '2Gi' }, limits: { cpu: '4' } },
    ],
    ['no limit if a container has none', pod(undefined, small, {}), small.requests, { requests: small.requests }],
    [
      'the sum of what it does not name itself',
      pod({ requests: { cpu: '3' } }, small),
      { cpu: '3', memory: '1Gi' },
      { requests: { cpu: '3', memory: '1Gi' }, limits: { cpu: '2' } },
    ],
  ])('are %s', (_what, object, allocatedResources, resources) => {
    expect(podLevelResources(object, object, true)).toEqual({ ...(allocatedResources ? { allocatedResources } : {}), resources });
  });

  it('are all that it asks for until it runs', () => {
    const object = pod(undefined, { requests: { 'ephemeral-storage': '1Gi' }, limits: { cpu: '1' } }, {});
    const all = { requests: { 'ephemeral-storage': '1Gi' }, limits: { cpu: '1' } };
    expect(podLevelResources(object, object, false)).toEqual({ resources: all, allocatedResources: all.requests });
    expect(podLevelResources(object, object, true)).toEqual({ resources: {}, allocatedResources: all.requests });
  });

  it('are those in force during a resize, beside those that the node has set aside', () => {
    const [before, after] = ['1', '2'].map((cpu) => pod({ requests: { cpu } }, {}));
    expect(podLevelResources(after ?? aPod(), before ?? aPod(), true)).toEqual({
      resources: { requests: { cpu: '1' } },
      allocatedResources: { cpu: '2' },
    });
  });
});
