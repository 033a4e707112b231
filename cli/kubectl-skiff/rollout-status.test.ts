import { describe, expect, it } from '@jest/globals';
import type { Live } from '../../api/meta/object.ts';
import { rolloutStatus } from './rollout-status.ts';
import type { Workload } from './workload.ts';

const target = (kind: string, object: Omit<Workload, 'metadata'>, generation = 2, annotations: Record<string, string> = {}) => ({
  kind: { group: 'apps', version: 'v1', kind, plural: `${kind.toLowerCase()}s`, namespaced: true },
  object: { metadata: { name: 'web', generation, annotations, resourceVersion: '1', uid: 'u', creationTimestamp: '' }, ...object } as Live<Workload>,
});
const observed = { observedGeneration: 2 };
const rolling = { updateStrategy: { type: 'RollingUpdate' } };

describe('the status of a rollout', () => {
  it.each([
    ['Deployment', { spec: { replicas: 3 }, status: { observedGeneration: 1 } }, 'Waiting for deployment spec update to be observed...', false],
    [
      'Deployment',
      { spec: { replicas: 3 }, status: { ...observed, updatedReplicas: 1 } },
      'Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...',
      false,
    ],
    [
      'Deployment',
      { spec: { replicas: 3 }, status: { ...observed, updatedReplicas: 3, replicas: 4 } },
      'Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...',
      false,
    ],
    [
      'Deployment',
      { spec: { replicas: 3 }, status: { ...observed, updatedReplicas: 3, replicas: 3, availableReplicas: 2 } },
      'Waiting for deployment "web" rollout to finish: 2 of 3 updated replicas are available...',
      false,
    ],
    [
      'Deployment',
      { spec: { replicas: 3 }, status: { ...observed, updatedReplicas: 3, replicas: 3, availableReplicas: 3 } },
      'deployment "web" successfully rolled out',
      true,
    ],
    [
      'DaemonSet',
      { spec: rolling, status: { ...observed, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 } },
      'Waiting for daemon set "web" rollout to finish: 1 of 2 updated pods are available...',
      false,
    ],
    ['StatefulSet', { spec: { ...rolling, replicas: 3 }, status: { ...observed, readyReplicas: 1 } }, 'Waiting for 2 pods to be ready...', false],
    [
      'StatefulSet',
      {
        spec: { ...rolling, replicas: 1 },
        status: { ...observed, readyReplicas: 1, currentReplicas: 1, currentRevision: 'web-1', updateRevision: 'web-1' },
      },
      'statefulset rolling update complete 1 pods at revision web-1...',
      true,
    ],
  ])('of a %s %j', (kind, object, text, done) => {
    expect(rolloutStatus(target(kind, object), 0)).toEqual({ text: `${text}\n`, done });
  });

  it('of a Deployment past its deadline is an error', () => {
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
    expect(() => rolloutStatus(target('Deployment', { spec: { replicas: 1 }, status: { ...observed, conditions } }), 0)).toThrow(
      'deployment "web" exceeded its progress deadline',
    );
  });

  it('of a pinned revision is an error once another one runs', () => {
    const object = { spec: { replicas: 0 }, status: observed };
    expect(() => rolloutStatus(target('Deployment', object, 2, { 'deployment.kubernetes.io/revision': '4' }), 3)).toThrow(
      'desired revision (3) is different from the running revision (4)',
    );
  });

  it('is known of workloads alone that roll', () => {
    expect(() => rolloutStatus(target('ReplicaSet', {}), 0)).toThrow('no status viewer has been implemented for ReplicaSet.apps');
    expect(() => rolloutStatus(target('DaemonSet', { spec: { updateStrategy: { type: 'OnDelete' } } }), 0)).toThrow(
      'rollout status is only available for RollingUpdate strategy type',
    );
  });
});
