import { describe, expect, it } from '@jest/globals';
import { aContainer, aPod } from '../contract/pods.fixture.ts';
import { withPodLimits } from './effective-resources.ts';
import { resourceFieldValue } from './resource-field.ts';

describe('the resources of a container within its pod', () => {
  const ofPod = { requests: { cpu: '1' }, limits: { cpu: '4', memory: '0', 'hugepages-2Mi': '2Mi' } };
  it.each([
    ['have the limits of the pod where the container has none', {}, { limits: { cpu: '4' } }],
    [
      'keep their own',
      { requests: { cpu: '1' }, limits: { cpu: '2', memory: '1Gi' } },
      { requests: { cpu: '1' }, limits: { cpu: '2', memory: '1Gi' } },
    ],
    ['have no limit in place of one of nothing', { limits: { cpu: '0' } }, { limits: { cpu: '4' } }],
  ])('%s', (_what, own, expected) => {
    expect(withPodLimits(own, ofPod)).toEqual(expected);
  });

  it('are the same object if the pod adds nothing', () => {
    const own = { limits: { cpu: '2' } };
    expect([withPodLimits(own, undefined), withPodLimits(own, ofPod)]).toEqual([own, own]);
    expect(withPodLimits(own, ofPod)).toBe(own);
  });

  it('are what variables and files tell, before the amounts of the node', () => {
    const pod = aPod({ containers: [aContainer('c')], resources: { limits: { cpu: '4' } } });
    const tell = (resource: string) =>
      resourceFieldValue(pod, pod.spec?.containers[0], { resource }, { cpu: '8', memory: '1Ki', 'hugepages-2Mi': '4Mi' });
    expect([tell('limits.cpu'), tell('limits.memory'), tell('limits.hugepages-2Mi')]).toEqual(['4', '1024', '0']);
  });
});
