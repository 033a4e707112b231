import { describe, expect, it } from '@jest/globals';
import type { Event } from '../../api/kinds/core/event.ts';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Scene } from './explanation.ts';
import { explain, explanationText } from './explanation.ts';
import type { Workload } from './workload.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const kindOf = (kind: string) => ({ group: 'skiff.dev', version: 'v1', kind, plural: `${kind.toLowerCase()}s`, namespaced: true });
const meta = (name: string, more: object = {}) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
  ...more,
});
const scene = (kind: string, name: string, content: Omit<Workload, 'metadata'>, more: Partial<Scene> = {}, metadata: object = {}): Scene => ({
  target: { kind: kindOf(kind), object: { metadata: meta(name, metadata), ...content } as Live<Workload> },
  parts: [],
  pods: [],
  warnings: [],
  now: NOW,
  ...more,
});
const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [] } };
const pod = (name: string, status: Pod['status'], spec: object = { nodeName: 'n1' }, more: object = {}): Live<Pod> =>
  ({ metadata: meta(name, more), spec, status }) as Live<Pod>;
const waiting = (reason: string, message: string): Pod['status'] => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'web', ready: false, restartCount: 0, image: '', imageID: '', state: { waiting: { reason, message } } }],
});
const text = (each: Scene) => explanationText(explain(each));

describe('why', () => {
  it('says of an object that is well that it is', () => {
    const status = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
    expect(text(scene('Deployment', 'web', { spec: { replicas: 2, template }, status }))).toBe(
      'deployment.skiff.dev/web: 2 of 2 replicas available\n',
    );
  });

  it('follows a Deployment to its pods, and names what ails many of them once', () => {
    const image = 'Back-off pulling image "web:9"';
    const pods = ['a', 'b', 'c'].map((name) => pod(name, waiting('ImagePullBackOff', image)));
    const failed = { reason: 'Failed', message: 'pull failed', count: 4, lastTimestamp: '2026-01-01T00:09:30Z', involvedObject: { uid: 'uid-a' } };
    const series = { count: 3, lastObservedTime: '2026-01-01T00:09:50.000000Z' };
    const unplaced = {
      reason: 'FailedScheduling',
      message: 'no node',
      eventTime: '2026-01-01T00:09:00.000000Z',
      series,
      involvedObject: failed.involvedObject,
    };
    const warnings = [{ metadata: meta('f'), ...unplaced } as Live<Event>, { metadata: meta('e'), ...failed } as Live<Event>];
    const set = scene('ReplicaSet', 'web-1', { spec: { replicas: 3, template }, status: { observedGeneration: 1 } }, { pods, warnings });
    const conditions = [
      { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'ReplicaSet "web-1" has timed out progressing.' },
    ];
    const status = { observedGeneration: 1, replicas: 3, updatedReplicas: 3, conditions };
    expect(text(scene('Deployment', 'web', { spec: { replicas: 3, template }, status }, { parts: [set] }))).toBe(
      [
        'deployment.skiff.dev/web: 0 of 3 replicas available',
        '  Progressing=False ProgressDeadlineExceeded: ReplicaSet "web-1" has timed out progressing.',
        '  replicaset.skiff.dev/web-1: 0 of 3 pods ready',
        `    pod/a and 2 others: container web waits: ImagePullBackOff: ${image}`,
        '      30s ago Failed: pull failed (4 times)',
        '      10s ago FailedScheduling: no node (3 times)',
        '',
      ].join('\n'),
    );
  });

  it.each<[string, Live<Pod>, string]>([
    [
      'is not scheduled',
      pod(
        'p',
        { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/2 nodes are available' }] },
        {},
      ),
      'not scheduled: 0/2 nodes are available',
    ],
    ['has no scheduler', pod('p', { phase: 'Pending' }, {}), 'not scheduled, and no scheduler has looked at it'],
    ['is not started', pod('p', { phase: 'Pending' }), 'waits for node n1 to start it'],
    ['ends', pod('p', { phase: 'Running' }, { nodeName: 'n1' }, { deletionTimestamp: '2026-01-01T00:09:00Z' }), 'terminating since 60s'],
    ['was evicted', pod('p', { phase: 'Failed', reason: 'Evicted', message: 'low on memory' }), 'failed (Evicted): low on memory'],
    [
      'is not ready',
      pod('p', {
        phase: 'Running',
        containerStatuses: [{ name: 'web', ready: false, restartCount: 2, image: '', imageID: '', state: { running: {} } }],
      }),
      'container web runs but is not ready, restarted 2 times',
    ],
  ])('knows of a pod that %s', (_, each, cause) => {
    const set = scene('ReplicaSet', 'web', { spec: { replicas: 1, template }, status: { observedGeneration: 1 } }, { pods: [each] });
    expect(text(set)).toBe(`replicaset.skiff.dev/web: 0 of 1 pod ready\n  pod/p: ${cause}\n`);
  });

  it('asks after the controllers when a change was not observed', () => {
    expect(text(scene('ReplicaSet', 'web', { spec: { replicas: 1, template } }))).toMatch(
      /the latest change \(generation 1\) has not been observed: do skiff's controllers run\?/,
    );
  });

  it('says how a paused rollout goes on, and which finalizers hold what is deleted', () => {
    const status = { observedGeneration: 1, availableReplicas: 1, updatedReplicas: 0, replicas: 1 };
    const metadata = { deletionTimestamp: '2026-01-01T00:08:00Z', finalizers: ['foregroundDeletion'] };
    const paused = text(scene('Deployment', 'web', { spec: { replicas: 1, paused: true, template }, status }, {}, metadata));
    expect(paused).toContain('is being deleted since 2m; finalizers that must go first: foregroundDeletion');
    expect(paused).toContain('the rollout is paused: kubectl skiff rollout resume deployment.skiff.dev/web');
  });

  it.each([
    [[], 'no pod has the labels app=web'],
    [[pod('p', waiting('ErrImagePull', 'no'))], '1 pod with the labels app=web, none of them ready'],
  ])('knows why a Service leads nowhere', (pods, cause) => {
    const service = scene('Service', 'web', { spec: { selector: { app: 'web' } } }, { pods, endpoints: { ready: 0, all: pods.length } });
    expect(text(service)).toContain(cause);
  });

  it('names what a quota has used up', () => {
    const status = { hard: { pods: '2', 'requests.cpu': '1' }, used: { pods: '2', 'requests.cpu': '500m' } };
    expect(text(scene('ResourceQuota', 'all', { status } as Omit<Workload, 'metadata'>))).toBe(
      'resourcequota.skiff.dev/all: 2 limits\n  pods is used up: 2 of 2\n',
    );
  });
});
