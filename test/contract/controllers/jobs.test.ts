import { afterEach, describe, expect, it } from '@jest/globals';
import type { Job } from '../../../api/kinds/batch/job/index.ts';
import { jobs } from '../../../api/kinds/batch/job/index.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { FakeClock } from '../../../base/fake-clock.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import type { ControllersCluster, PodWish } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
let clock: FakeClock;
afterEach(() => cluster.stop());

const INDEX = 'batch.kubernetes.io/job-completion-index';
const indexOf = (pod: Live<Pod>) => Number(pod.metadata.annotations?.[INDEX]);

function job(spec: Partial<NonNullable<Job['spec']>> = {}, name = 'work'): Job {
  const container = { name: 'c', image: 'c' };
  return { metadata: { name, namespace: 'default' }, spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } }, ...spec } };
}

/** Starts a cluster whose clock moves on as the test waits. */
async function start(runPods: (pod: Live<Pod>) => PodWish, stepMs = 100): Promise<ControllersCluster> {
  clock = createFakeClock();
  return startControllersCluster({ clock, advance: { clock, stepMs }, runPods });
}

const statusOf = async (name = 'work') => (await cluster.client.get(jobs, keyIn(name))).status ?? {};
const conditionsOf = async (name = 'work') =>
  ((await statusOf(name)).conditions ?? []).map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`);
const ends = (type: 'Complete' | 'Failed', name = 'work') =>
  cluster.until(`the Job is ${type}`, async () => (await statusOf(name)).conditions?.find((one) => one.type === type && one.status === 'True'));
const patch = (spec: object, name = 'work') => cluster.client.patch(jobs, keyIn(name), { type: 'merge', body: { spec } });

describe('a Job', () => {
  it('runs one pod to its end, counts it, and says so', async () => {
    cluster = await start(() => 'succeed');
    await cluster.client.create(jobs, job());
    await ends('Complete');
    const { completionTime, startTime, conditions, ...counts } = await statusOf();
    expect(counts).toEqual({ ready: 0, succeeded: 1, terminating: 0, uncountedTerminatedPods: {} });
    expect([startTime, completionTime]).toEqual([expect.any(String), expect.any(String)]);
    expect(conditions?.every(({ lastProbeTime, lastTransitionTime }) => lastProbeTime && lastTransitionTime)).toBe(true);
    expect(await conditionsOf()).toEqual([
      'SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods',
      'Complete=True CompletionsReached: Reached expected number of succeeded pods',
    ]);
    const [pod] = await cluster.list(pods);
    expect(pod?.metadata).toMatchObject({
      generateName: 'work-',
      labels: { 'job-name': 'work', 'batch.kubernetes.io/job-name': 'work' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'work', controller: true, blockOwnerDeletion: true }],
    });
    expect(pod?.metadata.finalizers).toBeUndefined();
    const events = await cluster.until('both events are there', async () => {
      const seen = await cluster.eventsOn('Job', 'work');
      return seen.length === 2 && seen;
    });
    expect(events).toEqual([`SuccessfulCreate: Created pod: ${pod?.metadata.name}`, 'Completed: Job completed']);
  });

  it('runs as many pods at once as it may, until enough have succeeded', async () => {
    let most = 0;
    cluster = await start(() => 'succeed');
    await cluster.client.create(jobs, job({ completions: 12, parallelism: 3 }));
    await cluster.until('it is complete', async () => {
      const status = await statusOf();
      most = Math.max(most, status.active ?? 0);
      return status.completionTime;
    });
    expect(most).toBeLessThanOrEqual(3);
    expect((await statusOf()).succeeded).toBe(12);
    expect(await cluster.list(pods)).toHaveLength(12);
  });

  it('without completions ends once one pod has succeeded and none is active', async () => {
    let first: string | undefined;
    let released = false;
    cluster = await start((pod) => {
      first ??= pod.metadata.name;
      return pod.metadata.name === first || released ? 'succeed' : 'run';
    });
    await cluster.client.create(jobs, job({ parallelism: 3 }));
    await cluster.until('one has succeeded', async () => (await statusOf()).succeeded === 1 && (await statusOf()).active === 2);
    released = true;
    for (const pod of await cluster.list(pods)) {
      await cluster.client.patch(pods, keyIn(pod.metadata.name), { type: 'merge', body: { metadata: { annotations: { go: 'on' } } } });
    }
    await ends('Complete');
    expect((await statusOf()).succeeded).toBe(3);
    expect(await cluster.list(pods)).toHaveLength(3);
  });

  it('replaces failed pods after 10 s, then 20 s, and fails when there are too many', async () => {
    cluster = await start(() => 'fail', 250);
    const starts: number[] = [];
    await cluster.client.create(jobs, job({ backoffLimit: 2 }));
    await cluster.until('it has failed', async () => {
      const made = await cluster.list(pods);
      if (made.length > starts.length) starts.push(cluster.clock.now());
      return (await conditionsOf()).some((text) => text.startsWith('Failed=True'));
    });
    expect(starts).toHaveLength(3);
    const [a = 0, b = 0, c = 0] = starts;
    expect(b - a).toBeGreaterThanOrEqual(9_000);
    expect(b - a).toBeLessThan(13_000);
    expect(c - b).toBeGreaterThanOrEqual(19_000);
    expect(c - b).toBeLessThan(23_000);
    expect(await conditionsOf()).toEqual([
      'FailureTarget=True BackoffLimitExceeded: Job has reached the specified backoff limit',
      'Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit',
    ]);
    expect(await statusOf()).toMatchObject({ failed: 3, ready: 0, terminating: 0 });
    await cluster.until('the event is there', async () =>
      (await cluster.eventsOn('Job', 'work')).includes('BackoffLimitExceeded: Job has reached the specified backoff limit'),
    );
  });

  it('fails at its deadline, and deletes what runs', async () => {
    cluster = await start(() => 'run');
    await cluster.client.create(jobs, job({ activeDeadlineSeconds: 5, parallelism: 2, completions: 2 }));
    await cluster.until('both run', async () => (await statusOf()).ready === 2);
    await ends('Failed');
    expect(await conditionsOf()).toEqual([
      'FailureTarget=True DeadlineExceeded: Job was active longer than specified deadline',
      'Failed=True DeadlineExceeded: Job was active longer than specified deadline',
    ]);
    expect(await statusOf()).toMatchObject({ failed: 2 });
    await cluster.until('the pods are gone', async () => (await cluster.list(pods)).length === 0);
  });

  it('that is suspended keeps no pods and no start, and begins anew when it is resumed', async () => {
    cluster = await start(() => 'run');
    await cluster.client.create(jobs, job({ parallelism: 2, completions: 2 }));
    await cluster.until('both run', async () => (await statusOf()).ready === 2);
    const { startTime } = await statusOf();
    await patch({ suspend: true });
    await cluster.until('it is suspended', async () => (await conditionsOf()).includes('Suspended=True JobSuspended: Job suspended'));
    await cluster.until('the pods are gone', async () => (await cluster.list(pods)).length === 0 && (await statusOf()).terminating === 0);
    expect(await statusOf()).not.toHaveProperty('startTime');
    expect(await statusOf()).not.toHaveProperty('failed');
    await clock.advance(2000);
    await patch({ suspend: false, template: { spec: { nodeSelector: { zone: 'a' } } } });
    await cluster.until('both run again', async () => (await statusOf()).ready === 2);
    expect(await conditionsOf()).toEqual(['Suspended=False JobResumed: Job resumed']);
    expect((await statusOf()).startTime).not.toBe(startTime);
    expect((await cluster.list(pods)).map(({ spec }) => spec?.nodeSelector)).toEqual([{ zone: 'a' }, { zone: 'a' }]);
    await cluster.until('the events are there', async () => {
      const events = await cluster.eventsOn('Job', 'work');
      return events.includes('Suspended: Job suspended') && events.includes('Resumed: Job resumed');
    });
  });

  it('is left alone if another controller manages it', async () => {
    cluster = await start(() => 'succeed');
    await cluster.client.create(jobs, job({ managedBy: 'example.com/other' }, 'theirs'));
    await cluster.client.create(jobs, job({ managedBy: 'kubernetes.io/job-controller' }));
    await ends('Complete');
    expect((await cluster.client.get(jobs, keyIn('theirs'))).status).toEqual({});
    expect(await cluster.list(pods)).toHaveLength(1);
  });

  it('adopts a matching orphan, and releases a pod that no longer matches', async () => {
    cluster = await start(() => 'run');
    const { metadata } = await cluster.client.create(jobs, job({ parallelism: 1, completions: 1 }));
    const [pod] = await cluster.until('a pod runs', async () => (await statusOf()).ready === 1 && cluster.list(pods));
    const name = pod!.metadata.name;
    await cluster.client.patch(pods, keyIn(name), { type: 'merge', body: { metadata: { ownerReferences: null } } });
    await cluster.until('it is adopted', async () => {
      const { metadata: found } = await cluster.client.get(pods, keyIn(name));
      return found.ownerReferences?.[0]?.uid === metadata.uid && found.finalizers?.includes('batch.kubernetes.io/job-tracking');
    });
    await cluster.client.patch(pods, keyIn(name), { type: 'json', operations: [{ op: 'replace', path: '/metadata/labels', value: {} }] });
    await cluster.until('it is released', async () => {
      const { metadata: found } = await cluster.client.get(pods, keyIn(name));
      return !found.ownerReferences && !found.finalizers;
    });
    await cluster.until('another runs in its place', async () => (await cluster.list(pods)).length === 2);
  });

  it.each(['Background', 'Foreground', 'Orphan'] as const)('that is deleted (%s) leaves no pod behind that cannot go', async (propagationPolicy) => {
    cluster = await start(() => 'run');
    await cluster.client.create(jobs, job({ parallelism: 2, completions: 2 }));
    await cluster.until('both run', async () => (await statusOf()).ready === 2);
    await cluster.client.delete(jobs, keyIn('work'), { propagationPolicy });
    await cluster.until('the Job is gone', async () => !(await cluster.find(jobs, 'work')));
    if (propagationPolicy === 'Orphan') {
      await cluster.until('the pods are free', async () => (await cluster.list(pods)).every(({ metadata }) => !metadata.finalizers));
      expect(await cluster.list(pods)).toHaveLength(2);
    } else await cluster.until('the pods are gone', async () => (await cluster.list(pods)).length === 0);
  });
});

describe('an indexed Job', () => {
  const indexed = (spec: Partial<NonNullable<Job['spec']>>) => job({ completionMode: 'Indexed', ...spec });

  it('gives each pod an index, by which it is named and reached', async () => {
    cluster = await start(() => 'succeed');
    await cluster.client.create(jobs, indexed({ completions: 4, parallelism: 2 }));
    await ends('Complete');
    expect(await statusOf()).toMatchObject({ completedIndexes: '0-3', succeeded: 4 });
    const made = [...(await cluster.list(pods))].sort((a, b) => indexOf(a) - indexOf(b));
    expect(made.map(indexOf)).toEqual([0, 1, 2, 3]);
    expect(made.map(({ spec }) => spec?.hostname)).toEqual(['work-0', 'work-1', 'work-2', 'work-3']);
    expect(made[2]?.metadata).toMatchObject({ generateName: 'work-2-', labels: { [INDEX]: '2' } });
    expect(made[2]?.spec?.containers[0]?.env).toEqual([
      { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` } } },
    ]);
  });

  it('with a limit per index runs all of them, and names those that failed', async () => {
    cluster = await start((pod) => (indexOf(pod) % 2 === 0 ? 'succeed' : 'fail'), 1000);
    await cluster.client.create(jobs, indexed({ completions: 4, parallelism: 4, backoffLimitPerIndex: 1 }));
    await ends('Failed');
    expect(await statusOf()).toMatchObject({ completedIndexes: '0,2', failedIndexes: '1,3', succeeded: 2, failed: 4 });
    expect(await conditionsOf()).toEqual([
      'FailureTarget=True FailedIndexes: Job has failed indexes',
      'Failed=True FailedIndexes: Job has failed indexes',
    ]);
    const tries = (await cluster.list(pods))
      .filter((pod) => indexOf(pod) === 1)
      .map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-index-failure-count']);
    expect(tries.sort()).toEqual(['0', '1']);
  });

  it('fails as soon as more indexes have failed than may', async () => {
    cluster = await start((pod) => (indexOf(pod) < 2 ? 'fail' : 'run'));
    await cluster.client.create(jobs, indexed({ completions: 4, parallelism: 4, backoffLimitPerIndex: 0, maxFailedIndexes: 1 }));
    await ends('Failed');
    expect(await conditionsOf()).toContain('Failed=True MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes');
    expect(await statusOf()).toMatchObject({ failedIndexes: '0,1', failed: 4 });
  });

  it.each([
    [{ succeededIndexes: '1' }, '1'],
    [{ succeededCount: 1 }, '1'],
    [{ succeededIndexes: '0-3', succeededCount: 1 }, '1'],
  ])('with the success policy %j needs no more', async (rule, completedIndexes) => {
    cluster = await start((pod) => (indexOf(pod) === 1 ? 'succeed' : 'run'));
    await cluster.client.create(jobs, indexed({ completions: 4, parallelism: 4, successPolicy: { rules: [rule] } }));
    await ends('Complete');
    expect(await statusOf()).toMatchObject({ completedIndexes, succeeded: 1, ready: 0, terminating: 0 });
    expect(await statusOf()).not.toHaveProperty('failed');
    expect(await conditionsOf()).toEqual([
      'SuccessCriteriaMet=True SuccessPolicy: Matched rules at index 0',
      'Complete=True SuccessPolicy: Matched rules at index 0',
    ]);
  });

  it('grows and shrinks with its two numbers', async () => {
    cluster = await start((pod) => (indexOf(pod) === 2 ? 'succeed' : 'run'));
    await cluster.client.create(jobs, indexed({ completions: 3, parallelism: 3 }));
    await cluster.until('index 2 has succeeded', async () => (await statusOf()).completedIndexes === '2' && (await statusOf()).active === 2);
    await patch({ completions: 4, parallelism: 4 });
    await cluster.until('index 3 runs', async () => (await statusOf()).ready === 3);
    await patch({ completions: 1, parallelism: 1 });
    await cluster.until('one is left', async () => (await statusOf()).active === 1 && (await statusOf()).succeeded === undefined);
    expect((await statusOf()).completedIndexes).toBeUndefined();
    const left = (await cluster.list(pods)).filter(({ metadata, status }) => !metadata.deletionTimestamp && status?.phase === 'Running');
    expect(left.map(indexOf)).toEqual([0]);
  });
});

describe('a pod failure policy', () => {
  const onExit = (action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count') => ({ rules: [{ action, onExitCodes: { operator: 'In', values: [1] } }] });

  it('fails the whole Job at once', async () => {
    cluster = await start(() => 'fail');
    await cluster.client.create(jobs, job({ podFailurePolicy: onExit('FailJob') }));
    await ends('Failed');
    const [pod] = await cluster.list(pods);
    const message = `Container c for pod default/${pod?.metadata.name} failed with exit code 1 matching FailJob rule at index 0`;
    expect(await conditionsOf()).toEqual([`FailureTarget=True PodFailurePolicy: ${message}`, `Failed=True PodFailurePolicy: ${message}`]);
    expect((await statusOf()).failed).toBe(1);
  });

  it('fails an index', async () => {
    cluster = await start((pod) => (indexOf(pod) === 0 ? 'fail' : 'succeed'));
    const spec = { completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 5 };
    await cluster.client.create(jobs, job({ ...spec, podFailurePolicy: onExit('FailIndex') }));
    await ends('Failed');
    expect(await statusOf()).toMatchObject({ completedIndexes: '1', failedIndexes: '0', failed: 1, succeeded: 1 });
  });

  it('ignores failures, which then count for nothing', async () => {
    let failures = 0;
    const failing = new Set<string>();
    cluster = await start((pod) => {
      if (failing.has(pod.metadata.name)) return 'fail';
      if (failures === 3 || pod.status?.phase === 'Succeeded') return 'succeed';
      failures++;
      failing.add(pod.metadata.name);
      return 'fail';
    }, 1000);
    await cluster.client.create(jobs, job({ backoffLimit: 0, podFailurePolicy: onExit('Ignore') }));
    await ends('Complete');
    expect(await statusOf()).toMatchObject({ succeeded: 1 });
    expect(await statusOf()).not.toHaveProperty('failed');
    expect(failures).toBe(3);
  });
});
