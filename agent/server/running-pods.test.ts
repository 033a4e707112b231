import { expect, it } from '@jest/globals';
import { aSandbox, exited, observation, observed } from '../contract/pods.fixture.ts';
import { runningPods } from './running-pods.ts';

it('the pods that the runtime runs are shown, with the containers that run, whether the API knows them or not', () => {
  const pods = new Map([
    ['u1', observation([observed('main'), exited('init', 0)])],
    ['u2', observation([exited('main', 1)], [aSandbox({ podUid: 'u2', ready: false })])],
    ['u3', observation([], [aSandbox({ podUid: 'u3', podName: 'starting' })])],
  ]);
  const cache = { podUids: () => [...pods.keys()], of: (uid: string) => pods.get(uid) ?? observation([], []) };
  const shown = (name: string, uid: string, containers: object[]) => ({
    metadata: { name, namespace: 'default', uid, creationTimestamp: null },
    spec: { containers },
    status: {},
  });
  expect(runningPods(cache)).toEqual({
    kind: 'PodList',
    apiVersion: 'v1',
    metadata: {},
    items: [shown('p', 'u1', [{ name: 'main', image: 'img', resources: {} }]), shown('starting', 'u3', [])],
  });
});
