import { describe, expect, it } from '@jest/globals';
import type { Container } from '../../../pod/container/container.ts';
import type { ResourceRequirements } from '../../../pod/resources/resources.ts';
import { qosClassOf } from './qos.ts';

const pod = (...resources: ResourceRequirements[]): { containers: Container[] } => ({
  containers: resources.map((r, i) => ({ name: `c${i}`, resources: r })),
});
const both = { cpu: '1', memory: '1Gi' };

describe('the quality of service of a pod', () => {
  it.each([
    ['BestEffort', 'nothing is asked for', pod({}, {})],
    ['BestEffort', 'only zero is asked for', pod({ requests: { cpu: '0' } })],
    ['BestEffort', 'only other resources are asked for', pod({ requests: { 'ephemeral-storage': '1Gi' } })],
    ['Burstable', 'one container asks for some', pod({ requests: { cpu: '1' } }, {})],
    ['Burstable', 'there is a limit of CPU alone', pod({ limits: { cpu: '1' }, requests: { cpu: '1' } })],
    ['Burstable', 'requests are below limits', pod({ limits: both, requests: { cpu: '500m', memory: '1Gi' } })],
    ['Guaranteed', 'all containers have limits', pod({ limits: both }, { limits: both, requests: both })],
    ['Guaranteed', 'requests are limits in other words', pod({ limits: both, requests: { cpu: '1000m', memory: '1024Mi' } })],
    ['Burstable', 'an init container has no limits', { ...pod({ limits: both }), initContainers: [{ name: 'i' }] }],
    ['Guaranteed', 'the pod as a whole has limits', { ...pod({}), resources: { limits: both, requests: both } }],
  ])('is %s where %s', (expected, _why, spec) => {
    expect(qosClassOf(spec)).toBe(expected);
  });
});
