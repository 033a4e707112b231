import { describe, expect, it } from '@jest/globals';
import type { PodTraits } from './autoscaled-pods.fixture.ts';
import { autoscaledPod, input, metric, NOW, podsWith } from './autoscaled-pods.fixture.ts';
import { groupPods, requestsOf } from './pod-groups.ts';
import { replicasByAverage, replicasByShare, replicasByUtilization, replicasByValue } from './replica-calculator.ts';
import { AUTOSCALER_DEFAULTS } from './settings.ts';

const CPU = { resource: 'cpu', container: '' };
const pending: PodTraits = { phase: 'Pending', ready: undefined, startedAgo: 5 };
const starting: PodTraits = { ready: false, startedAgo: 20 };
const failed: PodTraits = { phase: 'Failed', ready: false };
const deleting: PodTraits = { deleting: true };

/** Upstream's documented rules (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details). */
describe('the use of a resource', () => {
  it.each<[string, number, (number | undefined)[], (PodTraits | undefined)[], number, { replicas: number; utilization: number }]>([
    ['scales up by the ratio of use to target', 3, [300, 500, 700], [], 30, { replicas: 5, utilization: 50 }],
    ['scales down by the ratio', 5, [100, 300, 500, 250, 250], [], 50, { replicas: 3, utilization: 28 }],
    ['rounds up', 3, [340, 340, 340], [], 30, { replicas: 4, utilization: 34 }],
    ['does nothing within the tolerance', 3, [1010, 1030, 1020], [], 100, { replicas: 3, utilization: 102 }],
    [
      'sets aside a pod that is not running yet, and scales up less for it',
      3,
      [undefined, 500, 700],
      [pending],
      30,
      { replicas: 4, utilization: 60 },
    ],
    ['sets aside a pod that is not ready yet, and scales up less for it', 3, [300, 500, 700], [starting], 30, { replicas: 4, utilization: 60 }],
    ['does nothing if pods that start would turn the direction', 3, [400, 500, 700], [starting, starting], 50, { replicas: 3, utilization: 70 }],
    ['does not count pods that start when it scales down', 3, [300, 100, 100], [starting], 50, { replicas: 1, utilization: 10 }],
    ['takes a pod without metrics as idle when it scales up', 3, [undefined, 950, 950], [], 50, { replicas: 4, utilization: 95 }],
    ['takes a pod without metrics as busy when it scales down', 4, [undefined, 100, 100, 100], [], 50, { replicas: 3, utilization: 10 }],
    ['takes a pod without metrics at the target above 100 %', 4, [undefined, 500, 500, 500], [], 200, { replicas: 2, utilization: 50 }],
    ['does nothing if pods without metrics would turn the direction', 2, [undefined, 350], [], 50, { replicas: 2, utilization: 35 }],
    ['does nothing if the pods considered would turn the direction', 2, [600, 600, undefined, undefined], [], 50, { replicas: 2, utilization: 60 }],
    ['leaves out pods that terminate or have failed', 2, [300, 900, 900], [undefined, deleting, failed], 30, { replicas: 2, utilization: 30 }],
  ])('%s', (_, current, values, traits, utilization, expected) => {
    const { pods, metrics } = podsWith(values, traits);
    expect(replicasByUtilization(input(current, pods), metrics, { ...CPU, utilization })).toMatchObject(expected);
  });

  it('tells the average use beside the percentage', () => {
    const { pods, metrics } = podsWith([301, 500, 700]);
    expect(replicasByUtilization(input(3, pods), metrics, { ...CPU, utilization: 50 }).usage).toBe(500);
  });

  it('has a tolerance for each direction', () => {
    const { pods, metrics } = podsWith([520, 520, 520, 520]);
    const strict = { ...input(4, pods), tolerances: { up: 0.02, down: 0.5 } };
    expect(replicasByUtilization(strict, metrics, { ...CPU, utilization: 50 }).replicas).toBe(5);
    expect(replicasByUtilization({ ...strict, tolerances: { up: 0.5, down: 0 } }, metrics, { ...CPU, utilization: 60 }).replicas).toBe(4);
  });

  it.each<[string, (number | undefined)[], (PodTraits | undefined)[], string]>([
    ['there are no pods', [], [], 'no pods returned by selector while calculating replica count'],
    ['no pod has metrics', [undefined], [], 'did not receive metrics for targeted pods (pods might be unready)'],
    ['all pods start', [100], [starting], 'did not receive metrics for targeted pods (pods might be unready)'],
    ['a container requests nothing', [100], [{ requests: { web: {} } }], 'missing request for cpu in container web of Pod p0'],
    ['the requests are zero', [100], [{ requests: { web: { cpu: '0' } } }], 'no metrics returned matched known pods'],
  ])('cannot be told if %s', (_, values, traits, message) => {
    const { pods, metrics } = podsWith(values, traits);
    expect(() => replicasByUtilization(input(1, pods), metrics, { ...CPU, utilization: 50 })).toThrow(new Error(message));
  });
});

describe('an average over pods', () => {
  it.each<[string, number, (number | undefined)[], (PodTraits | undefined)[], number, { replicas: number; usage: number }]>([
    ['scales up by the ratio', 3, [20_000, 10_000, 30_000], [], 15_000, { replicas: 4, usage: 20_000 }],
    ['scales down by the ratio', 5, [12_000, 12_000, 12_000, 12_000, 12_000], [], 20_000, { replicas: 3, usage: 12_000 }],
    ['takes a pod without a value at the target when it scales down', 3, [undefined, 5_000, 5_000], [], 10_000, { replicas: 2, usage: 5_000 }],
    ['takes a pod without a value as idle when it scales up', 2, [undefined, 50_000], [], 10_000, { replicas: 5, usage: 50_000 }],
    ['counts a pod that is not ready, since it is no CPU', 3, [50_000, 10_000, 30_000], [starting], 15_000, { replicas: 6, usage: 30_000 }],
    ['scales up less while pods are not running yet', 3, [50_000, 15_000, 30_000], [pending], 15_000, { replicas: 3, usage: 22_500 }],
  ])('%s', (_, current, values, traits, target, expected) => {
    const { pods, metrics } = podsWith(values, traits);
    expect(replicasByAverage(input(current, pods), metrics, target)).toEqual(expected);
  });
});

describe('a metric of something else', () => {
  const { pods } = podsWith([0, 0, 0, 0], [undefined, undefined, undefined, { ready: false }]);

  it.each([
    ['scales ready pods by the ratio', 4, 20_000, 15_000, 4],
    ['scales down', 4, 5_000, 15_000, 1],
    ['does nothing within the tolerance', 4, 16_000, 15_000, 4],
    ['from zero takes the ratio itself', 0, 31_000, 15_000, 3],
    ['keeps zero without any value', 0, 0, 15_000, 0],
  ])('%s', (_, current, usage, target, replicas) => {
    expect(replicasByValue(input(current, pods), usage, target)).toEqual({ replicas, usage });
  });

  it('cannot be compared with no pods', () => {
    expect(() => replicasByValue(input(1, []), 50, 1)).toThrow('unable to calculate ready pods: no pods returned by selector while calculating');
  });

  it('never asks for more pods than a number can hold', () => {
    expect(replicasByValue(input(4, pods), Number.MAX_SAFE_INTEGER, 1).replicas).toBe(2 ** 31 - 1);
  });

  it.each([
    ['by its share a pod', 4, 50_000, 10_000, { replicas: 5, usage: 12_500 }],
    ['not within the tolerance', 4, 42_000, 10_000, { replicas: 4, usage: 10_500 }],
    ['down to none', 4, 0, 10_000, { replicas: 0, usage: 0 }],
    ['from none', 0, 25_000, 10_000, { replicas: 3, usage: 25_000 }],
  ])('scales %s', (_, existing, usage, target, expected) => {
    expect(replicasByShare(existing, { up: 0.1, down: 0.1 }, usage, target)).toEqual(expected);
  });
});

describe('a pod’s use of CPU', () => {
  const isUnready = (traits: PodTraits, secondsAgo = 0) => {
    const values = new Map([['p', metric(1, secondsAgo)]]);
    return groupPods([autoscaledPod('p', traits)], values, 'cpu', AUTOSCALER_DEFAULTS, NOW).unready.has('p');
  };

  it.each<[string, PodTraits, number, boolean]>([
    ['that has started within five minutes does not count while it is not ready', { ready: false, startedAgo: 200 }, 0, true],
    ['that has just become ready does not count until a window has passed', { startedAgo: 200, changedAgo: 20 }, 0, true],
    ['that has been ready for a window counts', { startedAgo: 200, changedAgo: 40 }, 0, false],
    ['that has become unready later counts', { ready: false, startedAgo: 400, changedAgo: 300 }, 0, false],
    ['that has never been ready does not count', { ready: false, startedAgo: 400, changedAgo: 390 }, 0, true],
    ['without a condition does not count', { ready: undefined }, 0, true],
  ])('%s', (_, traits, secondsAgo, unready) => {
    expect(isUnready(traits, secondsAgo)).toBe(unready);
  });
});

describe('the requests of a pod', () => {
  const two = { web: { cpu: '100m' }, proxy: { cpu: '50m' } };

  it('are those of its containers and sidecars', () => {
    const pod = autoscaledPod('p', { requests: two });
    const withSidecars = {
      ...pod,
      spec: {
        ...pod.spec,
        containers: pod.spec?.containers ?? [],
        initContainers: [
          { name: 'once', image: 'i' },
          { name: 'side', image: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '25m' } } },
        ],
      },
    };
    expect(requestsOf([withSidecars], 'cpu', '').get('p')).toBe(175);
  });

  it('are those of one container if it is named', () => {
    expect(requestsOf([autoscaledPod('p', { requests: two })], 'cpu', 'proxy').get('p')).toBe(50);
    expect(() => requestsOf([autoscaledPod('p', { requests: two })], 'cpu', 'none')).toThrow('container none not found in Pod p');
  });

  it('are those of the pod as a whole, if it has some', () => {
    const pod = autoscaledPod('p', { requests: { web: {} } });
    const whole = { ...pod, spec: { ...pod.spec, containers: pod.spec?.containers ?? [], resources: { requests: { cpu: '300m' } } } };
    expect(requestsOf([whole], 'cpu', '').get('p')).toBe(300);
    expect(() => requestsOf([whole], 'memory', '')).toThrow('missing pod-level request for memory in Pod p');
  });
});
