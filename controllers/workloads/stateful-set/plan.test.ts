import { describe, expect, it } from '@jest/globals';
import type { StatefulSet } from '../../../api/kinds/apps/stateful-set/schema.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Claim } from './claims.ts';
import type { Action } from './plan.ts';
import { plan } from './plan.ts';
import { revisionOf } from './stateful-pod.ts';
import type { PodTraits } from './stateful-pods.fixture.ts';
import { claim, observed, statefulPod, statefulSet } from './stateful-pods.fixture.ts';

type Pods = Readonly<Record<number, PodTraits>>;
const podsOf = (pods: Pods) => Object.entries(pods).map(([ordinal, traits]) => statefulPod(Number(ordinal), traits));
const nameOf = (action: Action) => ('pod' in action ? action.pod.metadata?.name : action.retention.map(({ claim: one }) => one.metadata.name).join());
const textOf = (action: Action) => {
  if (action.do === 'create') return `create ${nameOf(action)} ${revisionOf(action.pod)}`;
  return action.do === 'delete' ? `delete ${nameOf(action)} ${action.why}` : `${action.do} ${nameOf(action)}`;
};
const planned = (set: Live<StatefulSet>, pods: Pods, claims: readonly Claim[] = []) =>
  plan(observed(set, podsOf(pods), claims)).phases.map((phase) => phase.map(textOf).join(', '));

const parallel = { podManagementPolicy: 'Parallel' };
const partition = (from: number) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: from } } });
const fine: PodTraits = {};
const old: PodTraits = { revision: 'old' };
const unready: PodTraits = { readyFor: null };
const going: PodTraits = { deleting: true };
const data = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }];

describe('a set that is OrderedReady', () => {
  it.each<[string, Live<StatefulSet>, Pods, string[]]>([
    ['creates the first pod first', statefulSet(3), {}, ['create db-0 new']],
    ['creates the next one once the one before is ready', statefulSet(3), { 0: fine }, ['create db-1 new']],
    ['waits for one that is not ready', statefulSet(3), { 0: unready }, []],
    ['waits for one that is not available yet', statefulSet(3, { minReadySeconds: 90 }), { 0: fine }, []],
    ['waits for one that is Pending', statefulSet(3), { 0: { phase: 'Pending' } }, []],
    ['waits for one that terminates', statefulSet(3), { 0: going, 1: fine }, []],
    ['fills the lowest gap', statefulSet(3), { 0: fine, 2: fine }, ['create db-1 new']],
    ['fills a gap before it looks at the pods above', statefulSet(3), { 0: fine, 2: unready }, ['create db-1 new']],
    ['deletes a pod that failed, and creates it once it is gone', statefulSet(2), { 0: { phase: 'Failed' } }, ['delete db-0 ended']],
    ['deletes a pod that succeeded', statefulSet(2), { 0: { phase: 'Succeeded' }, 1: fine }, ['delete db-0 ended']],
    ['waits for a failed pod to be gone', statefulSet(2), { 0: { phase: 'Failed', deleting: true } }, []],
    ['counts from its first number', statefulSet(2, { ordinals: { start: 4 } }), { 4: fine }, ['create db-5 new']],
    ['deletes the pods below its first number, last', statefulSet(1, { ordinals: { start: 2 } }), { 1: fine, 2: fine }, ['delete db-1 scale']],
    ['deletes the highest pod first', statefulSet(1), { 0: fine, 1: fine, 2: fine }, ['delete db-2 scale']],
    ['deletes one at a time', statefulSet(0), { 0: fine, 1: fine, 2: going }, []],
    ['does not delete while a pod below is not ready', statefulSet(1), { 0: fine, 1: unready, 2: unready }, []],
    ['deletes a pod that is not ready if it is the only one', statefulSet(1), { 0: fine, 1: fine, 2: unready }, ['delete db-2 scale']],
    ['deletes none while a pod that it wants is not ready', statefulSet(1), { 0: unready, 1: fine }, []],
    ['does nothing when all is well', statefulSet(2), { 0: fine, 1: fine }, []],
  ])('%s', (_, set, pods, phases) => {
    expect(planned(set, pods)).toEqual(phases);
  });

  it('does nothing once it is deleted', () => {
    const set = statefulSet(3);
    expect(planned({ ...set, metadata: { ...set.metadata, deletionTimestamp: '2026-01-02T00:00:00Z' } }, {})).toEqual([]);
  });
});

describe('a set that is Parallel', () => {
  it.each<[string, Live<StatefulSet>, Pods, string[]]>([
    ['creates all at once', statefulSet(3, parallel), {}, ['create db-0 new, create db-1 new, create db-2 new']],
    ['waits for nobody', statefulSet(3, parallel), { 0: unready }, ['create db-1 new, create db-2 new']],
    ['deletes all at once', statefulSet(1, parallel), { 0: unready, 1: fine, 2: unready, 3: going }, ['delete db-2 scale, delete db-1 scale']],
    ['creates and deletes in one round', statefulSet(1, parallel), { 1: fine }, ['create db-0 new', 'delete db-1 scale']],
    ['replaces one at a time', statefulSet(3, parallel), { 0: old, 1: old, 2: old }, ['delete db-2 update']],
  ])('%s', (_, set, pods, phases) => {
    expect(planned(set, pods)).toEqual(phases);
  });
});

describe('a rolling update', () => {
  const most = (maxUnavailable: number | string) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable } } });

  it.each<[string, Live<StatefulSet>, Pods, string[]]>([
    ['begins with the highest pod', statefulSet(3), { 0: old, 1: old, 2: old }, ['delete db-2 update']],
    ['goes on below', statefulSet(3), { 0: old, 1: old, 2: fine }, ['delete db-1 update']],
    ['stops at the partition', statefulSet(3, partition(2)), { 0: old, 1: old, 2: fine }, []],
    ['does not reach a partition beyond the pods', statefulSet(2, partition(5)), { 0: old, 1: old }, []],
    ['waits for the scale-down', statefulSet(1), { 0: old, 1: old }, ['delete db-1 scale']],
    ['is stuck on a new pod that does not get ready', statefulSet(2), { 0: old, 1: unready }, []],
    ['makes a missing pod below the partition from the old revision', statefulSet(2, partition(1)), { 1: fine }, ['create db-0 old']],
    ['makes one above it from the new revision', statefulSet(2, partition(1)), { 0: old }, ['create db-1 new']],
    [
      'without a partition makes the pods that it has not reached from the old revision',
      statefulSet(3, { updateStrategy: { type: 'RollingUpdate' } }, { replicas: 3, currentReplicas: 2 }),
      { 0: old },
      ['create db-1 old'],
    ],
    [
      'does not happen by itself where pods are replaced on deletion',
      statefulSet(2, { updateStrategy: { type: 'OnDelete' } }),
      { 0: old, 1: old },
      [],
    ],
    ['makes a deleted pod new there', statefulSet(2, { updateStrategy: { type: 'OnDelete' } }), { 0: old }, ['create db-1 new']],
    ['replaces as many as may be missing', statefulSet(3, most(2)), { 0: old, 1: old, 2: old }, ['delete db-2 update', 'delete db-1 update']],
    ['rounds a percentage down', statefulSet(3, most('70%')), { 0: old, 1: old, 2: old }, ['delete db-2 update', 'delete db-1 update']],
    ['replaces one at least', statefulSet(3, most('10%')), { 0: old, 1: old, 2: old }, ['delete db-2 update']],
    [
      'counts those that are missing already',
      statefulSet(3, { ...parallel, ...most(2) }),
      { 0: old, 1: old, 2: { ...fine, readyFor: null } },
      ['delete db-1 update'],
    ],
    ['waits where as many are missing', statefulSet(3, { ...parallel, ...most(1) }), { 0: unready, 1: old, 2: fine }, []],
  ])('%s', (_, set, pods, phases) => {
    expect(planned(set, pods)).toEqual(phases);
  });
});

describe('claims', () => {
  const withData = (replicas: number, whenScaled = 'Retain', whenDeleted = 'Retain', more: object = {}) =>
    statefulSet(replicas, { volumeClaimTemplates: data, persistentVolumeClaimRetentionPolicy: { whenScaled, whenDeleted }, ...more });
  const mounted: PodTraits = { claims: ['data'] };
  const controller = (kind: string, name: string, uid: string) => ({
    apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
    kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  });
  const bySet = controller('StatefulSet', 'db', 'set');

  it('that are missing are made with the pod, those that exist are used', () => {
    const [phase] = plan(observed(withData(1), [])).phases;
    expect(phase).toMatchObject([
      {
        do: 'create',
        claims: { missing: [{ metadata: { name: 'data-db-0', namespace: 'default', labels: { app: 'db' } } }], terminating: [] },
        pod: { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }] } },
      },
    ]);
    const [again] = plan(observed(withData(1), [], [claim('data-db-0')])).phases;
    expect(again).toMatchObject([{ do: 'create', claims: { missing: [], terminating: [] } }]);
  });

  it('that are being deleted hold the pod up', () => {
    const [phase] = plan(observed(withData(1), [], [claim('data-db-0', { deletionTimestamp: '2026-01-02T00:00:00Z' })])).phases;
    expect(phase).toMatchObject([{ do: 'create', claims: { missing: [], terminating: ['data-db-0'] } }]);
  });

  it('of an earlier pod that was scaled away are waited for', () => {
    const stale = claim('data-db-0', { ownerReferences: [controller('Pod', 'db-0', 'earlier')] });
    expect(planned(withData(1, 'Delete'), {}, [stale])).toEqual([]);
    expect(planned(withData(1, 'Retain'), {}, [stale])).toEqual(['create db-0 new']);
    expect(planned(withData(2, 'Delete', 'Retain', parallel), {}, [stale])).toEqual(['create db-1 new']);
  });

  it('of a pod that is Pending are made again', () => {
    expect(planned(withData(1), { 0: { ...mounted, phase: 'Pending' } })).toEqual(['claim db-0']);
    expect(planned(withData(1), { 0: { ...mounted, phase: 'Pending' } }, [claim('data-db-0')])).toEqual([]);
  });

  it.each<[string, Live<StatefulSet>, Claim, object[] | undefined]>([
    ['are left alone where they are kept', withData(1), claim('data-db-0'), undefined],
    ['belong to the set where they go with it', withData(1, 'Retain', 'Delete'), claim('data-db-0'), [bySet]],
    ['belong to it once', withData(1, 'Delete', 'Delete'), claim('data-db-0', { ownerReferences: [bySet] }), undefined],
    [
      'belong to it as its controller',
      withData(1, 'Retain', 'Delete'),
      claim('data-db-0', { ownerReferences: [{ ...bySet, controller: undefined }] }),
      [bySet],
    ],
    ['belong to nobody any more', withData(1), claim('data-db-0', { ownerReferences: [bySet] }), []],
    ['of a pod that stays are not its own', withData(1, 'Delete'), claim('data-db-0', { ownerReferences: [controller('Pod', 'db-0', 'db-0')] }), []],
    [
      'of an earlier set of that name are left to the garbage collection',
      withData(1, 'Retain', 'Delete'),
      claim('data-db-0', { ownerReferences: [controller('StatefulSet', 'db', 'earlier')] }),
      undefined,
    ],
    [
      'of somebody else are left to him',
      withData(1, 'Retain', 'Delete'),
      claim('data-db-0', { ownerReferences: [controller('Keeper', 'keeper', 'keeper')] }),
      undefined,
    ],
    [
      'of somebody else are given up',
      withData(1, 'Retain', 'Delete'),
      claim('data-db-0', { ownerReferences: [controller('Keeper', 'keeper', 'keeper'), { ...bySet, controller: undefined }] }),
      [controller('Keeper', 'keeper', 'keeper')],
    ],
    [
      'keep owners that do not control them',
      withData(1, 'Retain', 'Delete'),
      claim('data-db-0', { ownerReferences: [{ ...controller('Keeper', 'keeper', 'keeper'), controller: undefined }] }),
      [{ ...controller('Keeper', 'keeper', 'keeper'), controller: undefined }, bySet],
    ],
  ])('%s', (_, set, one, owners) => {
    const { phases } = plan(observed(set, podsOf({ 0: mounted }), [one]));
    const [action] = phases.flat();
    expect(action && 'retention' in action ? action.retention.map(({ ownerReferences }) => ownerReferences) : []).toEqual(owners ? [owners] : []);
  });

  it('of a pod that is scaled away belong to it before it is deleted', () => {
    const claims = [claim('data-db-0'), claim('data-db-1'), claim('data-db-2')];
    const pods = { 0: mounted, 1: mounted, 2: mounted };
    expect(planned(withData(1, 'Delete'), pods, claims)).toEqual(['retain data-db-2, retain data-db-1', 'delete db-2 scale']);
    expect(planned(withData(1), pods, claims)).toEqual(['delete db-2 scale']);
  });

  it('of a pod that was adopted without them are put into it', () => {
    const { phases } = plan(observed(withData(1), podsOf({ 0: fine })));
    expect(phases).toMatchObject([
      [
        {
          do: 'adjust',
          claims: { missing: [{ metadata: { name: 'data-db-0' } }] },
          changed: { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }] } },
        },
      ],
    ]);
  });
});

it('gives an adopted pod the labels of its number', () => {
  const pod = statefulPod(0);
  const bare = { ...pod, metadata: { ...pod.metadata, labels: { app: 'db' } } };
  const [[action] = []] = plan(observed(statefulSet(1, { updateStrategy: { type: 'OnDelete' } }), [bare])).phases;
  expect(action).toMatchObject({
    do: 'adjust',
    changed: { metadata: { labels: { app: 'db', 'statefulset.kubernetes.io/pod-name': 'db-0', 'apps.kubernetes.io/pod-index': '0' } } },
  });
});
