import { describe, expect, it } from '@jest/globals';
import type { Deployment } from '../../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../../api/kinds/apps/replica-set.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Plan } from './plan.ts';
import { plan } from './plan.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');
const template = (image: string) => ({ metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } });

function deployment(
  spec: Partial<NonNullable<Deployment['spec']>>,
  more: Partial<Live<Deployment>['metadata']> = {},
  status: Deployment['status'] = {},
): Live<Deployment> {
  return {
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: 'd',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      generation: 1,
      ...more,
    },
    spec: {
      replicas: 10,
      selector: { matchLabels: { app: 'web' } },
      template: template('v2'),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...spec,
    },
    status,
  };
}

interface SetTraits {
  image?: string;
  replicas: number;
  available?: number;
  actual?: number;
  revision?: number;
  desired?: number;
  max?: number;
  day?: number;
  annotations?: Record<string, string>;
}
const set = (
  name: string,
  { image = 'v1', replicas, available = replicas, actual = replicas, revision = 1, desired = 10, max = 13, day = 1, annotations }: SetTraits,
): Live<ReplicaSet> => ({
  metadata: {
    name,
    namespace: 'default',
    uid: name,
    resourceVersion: '1',
    creationTimestamp: `2025-01-0${day}T00:00:00Z`,
    generation: 1,
    annotations: {
      'deployment.kubernetes.io/revision': `${revision}`,
      'deployment.kubernetes.io/desired-replicas': `${desired}`,
      'deployment.kubernetes.io/max-replicas': `${max}`,
      ...annotations,
    },
  },
  spec: { replicas, selector: {}, template: { ...template(image), metadata: { labels: { app: 'web', 'pod-template-hash': name } } } },
  status: { replicas: actual, availableReplicas: available, observedGeneration: 1 },
});

const planned = (d: Live<Deployment>, replicaSets: Live<ReplicaSet>[], oldPodsRun = false) =>
  plan({ deployment: d, replicaSets, oldPodsRun: () => oldPodsRun, now: NOW });
/** New sizes by name; a ReplicaSet that is to be created is called `new`. */
const sizes = ({ create, change }: Plan) =>
  Object.fromEntries([...(create ? [['new', create.replicas]] : []), ...change.map(({ name, replicas }) => [name, replicas])]);

describe('a rolling update', () => {
  it('starts the first ReplicaSet at full size', () => {
    const { create, conditions, revision } = planned(deployment({}), []);
    expect(create?.replicas).toBe(10);
    expect(create?.annotations).toEqual({
      'deployment.kubernetes.io/revision': '1',
      'deployment.kubernetes.io/desired-replicas': '10',
      'deployment.kubernetes.io/max-replicas': '13',
    });
    expect(revision).toBe('1');
    expect(conditions).toEqual([
      expect.objectContaining({
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetCreated',
        message: `Created new replica set "${create?.name}"`,
      }),
    ]);
  });

  it.each<[string, SetTraits[], SetTraits | undefined, Record<string, number>]>([
    ['starts the new one at the surge, and shrinks the old by what may be missing', [{ replicas: 10 }], undefined, { new: 3, old0: 8 }],
    ['spares an old pod that fails while the new are not available', [{ replicas: 8, available: 7 }], { replicas: 5, available: 0 }, {}],
    ['grows the new into the room that the old leave', [{ replicas: 8 }], { replicas: 3, available: 0 }, { current: 5 }],
    ['waits while the new are not available', [{ replicas: 8 }], { replicas: 5, available: 0 }, {}],
    ['shrinks the old by as many as became available', [{ replicas: 8 }], { replicas: 5, available: 2 }, { old0: 6 }],
    ['ends with none of the old', [{ replicas: 1 }], { replicas: 10, available: 10 }, { old0: 0 }],
    [
      'deletes old pods that are not available first, oldest ReplicaSet first',
      [
        { replicas: 4, available: 4, day: 1 },
        { replicas: 6, available: 1, day: 2 },
      ],
      { replicas: 3, available: 3 },
      { old1: 1 },
    ],
    ['shrinks the new where it is larger than wanted', [], { replicas: 12 }, { current: 10 }],
  ])('%s', (_, old, current, expected) => {
    const replicaSets = old.map((traits, i) => set(`old${i}`, traits));
    if (current) replicaSets.push(set('current', { image: 'v2', revision: 2, day: 9, ...current }));
    expect(sizes(planned(deployment({}), replicaSets))).toEqual(expected);
  });

  it('spares no pod twice: of those a smaller size has given up already, the status may not know yet', () => {
    // 9 wanted at least; 4 old ones stay, whatever the status says, and 6 new ones: one may go, not four.
    const spec = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 1 } } };
    const sets = [set('old', { replicas: 4, available: 7 }), set('new', { image: 'v2', replicas: 9, available: 6, revision: 2 })];
    expect(sizes(planned(deployment(spec), sets))).toEqual({ old: 3 });
  });

  it('never moves when neither surge nor absence is allowed, so one may be absent', () => {
    const strict = deployment({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } });
    expect(sizes(planned(strict, [set('old', { replicas: 10, max: 10 })]))).toEqual({ new: 0, old: 9 });
  });

  it('goes back to the ReplicaSet of the same template, with a new revision and the old one in its history', () => {
    const back = planned(deployment({ template: template('v1') }), [
      set('first', { image: 'v1', replicas: 0, revision: 1 }),
      set('second', { image: 'v2', replicas: 10, revision: 2, day: 2 }),
    ]);
    expect(back.create).toBeUndefined();
    expect(back.revision).toBe('3');
    expect(back.current?.name).toBe('first');
    expect(back.current?.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' });
    expect(sizes(back)).toEqual({ first: 3 });
  });

  it("hands its own annotations down, but for kubectl's and its own bookkeeping", () => {
    const { current } = planned(
      deployment(
        {},
        { annotations: { team: 'a', 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'deployment.kubernetes.io/revision': '7' } },
      ),
      [set('current', { image: 'v2', replicas: 10 })],
    );
    expect(current?.annotations).toEqual({ ...set('x', { replicas: 1 }).metadata.annotations, team: 'a' });
  });

  it('takes the oldest of several ReplicaSets of its template', () => {
    const { current } = planned(deployment({}), [
      set('later', { image: 'v2', replicas: 0, day: 2 }),
      set('earlier', { image: 'v2', replicas: 10, day: 1 }),
    ]);
    expect(current?.name).toBe('earlier');
  });

  it('removes old ReplicaSets beyond the limit, lowest revisions first, when it is complete', () => {
    const done = { replicas: 10, updatedReplicas: 10, availableReplicas: 10, observedGeneration: 1 };
    const old = [3, 1, 2].map((revision) => set(`r${revision}`, { replicas: 0, revision, image: `old${revision}` }));
    const current = set('current', { image: 'v2', replicas: 10, revision: 4 });
    const removed = (limit: number, status: Deployment['status']) =>
      planned(deployment({ revisionHistoryLimit: limit }, {}, status), [...old, current]).remove.map(({ metadata }) => metadata.name);
    expect(removed(1, done)).toEqual(['r1', 'r2']);
    expect(removed(0, done)).toEqual(['r1', 'r2', 'r3']);
    expect(removed(1, { ...done, availableReplicas: 9 })).toEqual([]);
    expect(planned(deployment({ revisionHistoryLimit: 0 }, {}, done), [set('busy', { replicas: 0, actual: 1, image: 'x' }), current]).remove).toEqual(
      [],
    );
  });
});

describe('a recreation', () => {
  const recreating = deployment({ strategy: { type: 'Recreate' } });
  it('takes all old pods down first', () => {
    expect(sizes(planned(recreating, [set('a', { replicas: 4 }), set('b', { replicas: 6 })]))).toEqual({ a: 0, b: 0 });
  });
  it('waits until they are gone', () => {
    const waiting = planned(recreating, [set('a', { replicas: 0, desired: 10, max: 10 })], true);
    expect([waiting.create, waiting.change]).toEqual([undefined, []]);
  });
  it('then makes all new ones at once', () => {
    expect(sizes(planned(recreating, [set('a', { replicas: 0 })]))).toEqual({ new: 10 });
  });
});

describe('scaling', () => {
  it('gives the whole change to the only active ReplicaSet', () => {
    const scaled = planned(deployment({ replicas: 20 }), [set('current', { image: 'v2', replicas: 10 })]);
    expect(sizes(scaled)).toEqual({ current: 20 });
    expect(scaled.change[0]?.annotations).toMatchObject({
      'deployment.kubernetes.io/desired-replicas': '20',
      'deployment.kubernetes.io/max-replicas': '23',
    });
    expect(scaled.progress).toBe(false);
  });

  // The example of https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling
  it('in the middle of a rollout is shared out in proportion', () => {
    const scaled = planned(deployment({ replicas: 15 }), [
      set('old', { replicas: 8 }),
      set('current', { image: 'v2', replicas: 5, available: 0, day: 2 }),
    ]);
    expect(sizes(scaled)).toEqual({ old: 11, current: 7 });
  });

  it.each([
    [0, { old: 0, current: 0 }],
    [5, { old: 5, current: 3 }],
  ])('down to %i in the middle of a rollout is shared out as well', (replicas, expected) => {
    expect(
      sizes(planned(deployment({ replicas }), [set('old', { replicas: 8 }), set('current', { image: 'v2', replicas: 5, available: 0, day: 2 })])),
    ).toEqual(expected);
  });

  it('while paused neither rolls out nor makes a ReplicaSet', () => {
    const paused = planned(deployment({ paused: true, replicas: 12 }), [set('old', { replicas: 10 })]);
    expect(sizes(paused)).toEqual({ old: 12 });
    expect(paused.conditions).toEqual([
      expect.objectContaining({ type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }),
    ]);
  });

  it('does nothing to the ReplicaSets of a Deployment that is being deleted', () => {
    expect(sizes(planned(deployment({ replicas: 3 }, { deletionTimestamp: '2026-01-01T00:00:00Z' }), [set('old', { replicas: 10 })]))).toEqual({});
  });
});
