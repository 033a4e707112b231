import { describe, expect, it } from '@jest/globals';
import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Chance } from '../../../base/chance.fixture.ts';
import { createChance, seeds } from '../../../base/chance.fixture.ts';
import { assess, COMPLETIONS_REACHED } from './assessment.ts';
import { NO_FAILURES } from './backoff.ts';
import { endOf, hasEnded } from './conditions.ts';
import { countIndexes, parseIndexes } from './indexes.ts';
import { completionIndexOf, INDEX_FAILURES, isTracked } from './job-pods.ts';
import type { PodFacts } from './jobs.fixture.ts';
import { liveJob, livePod, START } from './jobs.fixture.ts';
import type { PodsPlan } from './plan.ts';
import { planPods } from './plan.ts';
import { indexedTemplate } from './pod-template.ts';
import { settingsOf } from './settings.ts';
import { countReleased, finish, planTracking } from './tracking.ts';

type Spec = Partial<NonNullable<Job['spec']>>;

function planFor(spec: Spec, pods: readonly Live<Pod>[], now = START + 3_600_000, status = {}): PodsPlan {
  return planPods(assess({ job: liveJob(spec, status), pods, released: new Set(), failures: NO_FAILURES, now }), true);
}
const podsOf = (...facts: PodFacts[]) => facts.map((fact, i) => livePod(`p${i}`, fact));
const indexed = (completions: number, spec: Spec = {}): Spec => ({ completionMode: 'Indexed', completions, parallelism: completions, ...spec });

describe('the pods of a round', () => {
  it.each<[string, Spec, Live<Pod>[], object]>([
    ['are created up to the parallelism', { parallelism: 3, completions: 5 }, podsOf({}), { do: 'create', count: 2 }],
    ['are no more than are left to complete', { parallelism: 3, completions: 2 }, podsOf({ phase: 'Succeeded' }), { do: 'create', count: 1 }],
    ['without completions are not added after a success', { parallelism: 3 }, podsOf({ phase: 'Succeeded' }, {}), { do: 'nothing' }],
    [
      'are deleted beyond the parallelism',
      { parallelism: 1, completions: 5 },
      podsOf({}, { phase: 'Pending' }),
      { do: 'delete', pods: [{ metadata: { name: 'p1' } }] },
    ],
    ['are all deleted while suspended', { suspend: true, completions: 5 }, podsOf({}, {}), { do: 'delete', pods: [{}, {}] }],
    ['replace a terminating pod at once', { completions: 1 }, podsOf({ deleting: true, tracked: false }), { do: 'create', count: 1 }],
    [
      'or, if the Job says so, only once it has ended',
      { completions: 1, podReplacementPolicy: 'Failed' },
      podsOf({ deleting: true }),
      { do: 'nothing' },
    ],
    ['wait after a failure', { completions: 1 }, podsOf({ phase: 'Failed', endedAt: 3_595_000 }), { do: 'wait', forMs: 5000 }],
    ['take the first free indexes', indexed(4), podsOf({ index: 1 }, { index: 2, phase: 'Succeeded' }), { do: 'create', indexes: [0, 3] }],
    [
      'lose doubles of an index first',
      indexed(2),
      podsOf({ index: 1 }, { index: 1, phase: 'Pending' }, { index: 0 }),
      { do: 'delete', pods: [{ metadata: { name: 'p1' } }] },
    ],
    [
      'lose indexes that do not exist',
      indexed(1),
      podsOf({ index: 0 }, { index: 1 }, {}),
      { do: 'delete', pods: [{ metadata: { name: 'p1' } }, { metadata: { name: 'p2' } }] },
    ],
    [
      'wait for the index that failed',
      indexed(1, { backoffLimitPerIndex: 2 }),
      podsOf({ index: 0, phase: 'Failed', endedAt: 3_595_000 }),
      { do: 'wait', forMs: 5000 },
    ],
    [
      'begin with the indexes that need not wait',
      indexed(2, { backoffLimitPerIndex: 2 }),
      podsOf({ index: 0, phase: 'Failed', endedAt: 3_595_000 }),
      { do: 'create', indexes: [1] },
    ],
    ['end with the Job', { completions: 2, backoffLimit: 0 }, podsOf({}, { phase: 'Failed' }), { do: 'end', pods: [{ metadata: { name: 'p0' } }] }],
  ])('%s', (_, spec, pods, expected) => {
    expect(planFor(spec, pods)).toMatchObject(expected);
  });
});

describe('the end of a Job', () => {
  const endingFor = (spec: Spec, pods: readonly Live<Pod>[], status = {}, now = START) =>
    assess({ job: liveJob(spec, status), pods, released: new Set(), failures: NO_FAILURES, now }).ending?.reason;
  const restarted = (restartCount: number) => {
    const pod = livePod('p');
    return { ...pod, status: { ...pod.status, containerStatuses: [{ name: 'c', image: 'c', imageID: 'c', ready: true, restartCount }] } };
  };
  const onFailure: Spec = { template: { spec: { restartPolicy: 'OnFailure', containers: [] } } };

  it.each<[string, string | undefined, Spec, Live<Pod>[], object?, number?]>([
    ['comes with one failure too many', 'BackoffLimitExceeded', { backoffLimit: 1 }, podsOf({ phase: 'Failed' }, { phase: 'Failed' })],
    ['counts earlier failures', 'BackoffLimitExceeded', { backoffLimit: 1 }, podsOf({ phase: 'Failed' }), { failed: 1 }],
    ['does not count a pod twice', undefined, { backoffLimit: 1 }, podsOf({ phase: 'Failed' }), { uncountedTerminatedPods: { failed: ['p0'] } }],
    ['comes with restarts of containers', 'BackoffLimitExceeded', { ...onFailure, backoffLimit: 2 }, [restarted(2)]],
    ['leaves as many restarts as allowed', undefined, { ...onFailure, backoffLimit: 3 }, [restarted(2)]],
    ['comes at the deadline', 'DeadlineExceeded', { activeDeadlineSeconds: 5 }, [], { startTime: '2026-01-01T00:00:00Z' }, START + 5000],
    ['does not come before', undefined, { activeDeadlineSeconds: 5 }, [], { startTime: '2026-01-01T00:00:00Z' }, START + 4999],
    [
      'waits while the Job is suspended',
      undefined,
      { activeDeadlineSeconds: 5, suspend: true },
      [],
      { startTime: '2026-01-01T00:00:00Z' },
      START + 9000,
    ],
    ['stands once decided', 'DeadlineExceeded', {}, [], { conditions: [{ type: 'FailureTarget', status: 'True', reason: 'DeadlineExceeded' }] }],
  ])('%s', (...[, expected, spec, pods, status, now]) => {
    expect(endingFor(spec, pods, status, now)).toBe(expected);
  });
});

/** A cluster of one Job, whose pods end by chance. */
function simulate(spec: Spec, chance: Chance) {
  let job = liveJob(spec);
  let pods: Live<Pod>[] = [];
  let failures = NO_FAILURES;
  let now = START;
  let made = 0;
  let mostActive = 0;
  let lastPlan: PodsPlan | undefined;
  const replace = (old: Live<Pod>, facts: PodFacts) => {
    const index = completionIndexOf(old);
    const annotations = old.metadata.annotations ?? {};
    const next = livePod(old.metadata.name, { tracked: isTracked(old), annotations, ...(index === undefined ? {} : { index }), ...facts });
    pods = pods.map((pod) => (pod === old ? next : pod));
  };
  const round = () => {
    const assessment = assess({ job, pods, released: new Set(), failures, now });
    const plan = planPods(assessment, !assessment.ending);
    lastPlan = plan;
    let active = assessment.active.length;
    let terminating = assessment.terminating;
    if (plan.do === 'create') {
      for (let i = 0; i < plan.count; i++) {
        const index = plan.indexes?.[i];
        const failed = index === undefined ? undefined : assessment.indexes?.awaitingReplacement.get(index);
        const { annotations = {} } = index === undefined ? {} : (indexedTemplate(job, settingsOf(job), index, failed).metadata ?? {});
        pods = [...pods, livePod(`p${made++}`, { annotations })];
      }
      active += plan.count;
    }
    if (plan.do === 'delete' || plan.do === 'end') {
      for (const pod of plan.pods) {
        if (plan.do === 'delete') pods = pods.filter((one) => one !== pod);
        else replace(pod, { deleting: true });
      }
      active -= plan.pods.length;
      terminating += plan.pods.length;
    }
    const settings = settingsOf(job);
    const complete = active === 0 && assessment.succeeded >= (settings.completions ?? 1);
    const ending = assessment.ending ? (active === 0 ? assessment.ending : undefined) : complete ? COMPLETIONS_REACHED : undefined;
    const tracking = planTracking(assessment, { active, ready: 0, terminating, ending, managed: !assessment.ending });
    failures = assessment.run;
    const released = new Set(tracking.releases.map(({ metadata }) => metadata.uid));
    pods = pods.map((pod) => (released.has(pod.metadata.uid) ? { ...pod, metadata: { ...pod.metadata, finalizers: [] } } : pod));
    const left = new Set([...tracking.tracked].filter((uid) => !released.has(uid)));
    const counted = countReleased(tracking.status, left);
    job = { ...job, status: (ending && finish(counted, ending, now)) ?? counted };
    mostActive = Math.max(mostActive, active);
  };
  return {
    round,
    /** Lets time pass, and lets some pods end. */
    live(failureRate: number) {
      now += chance.below(120_000);
      pods = pods.filter(({ metadata }) => !(metadata.deletionTimestamp && metadata.finalizers?.length === 0));
      for (const pod of pods) {
        if (pod.status?.phase === 'Running' && !pod.metadata.deletionTimestamp && chance.happens(0.5)) {
          replace(pod, { phase: chance.happens(failureRate) ? 'Failed' : 'Succeeded', endedAt: now - START });
        }
      }
    },
    get job() {
      return job;
    },
    get pods() {
      return pods;
    },
    get plan() {
      return lastPlan;
    },
    get mostActive() {
      return mostActive;
    },
  };
}

describe('a Job whose pods end by chance', () => {
  it.each(seeds(200))('comes to an end, within its bounds (seed %i)', (seed) => {
    const chance = createChance(seed);
    const parallelism = 1 + chance.below(6);
    const completions = 1 + chance.below(12);
    const perIndex = chance.happens(0.3);
    const isIndexed = perIndex || chance.happens(0.4);
    const backoffLimit = perIndex ? 1000 : chance.below(20);
    const spec: Spec = {
      parallelism,
      completions,
      backoffLimit,
      ...(isIndexed ? { completionMode: 'Indexed' } : {}),
      ...(perIndex ? { backoffLimitPerIndex: chance.below(3) } : {}),
    };
    const simulation = simulate(spec, chance);
    const rate = chance.pick([0, 0.1, 0.4, 0.9]);
    let failed = 0;
    for (let i = 0; i < 2000 && !hasEnded(simulation.job); i++) {
      simulation.round();
      const { status = {} } = simulation.job;
      expect(status.failed ?? 0).toBeGreaterThanOrEqual(failed);
      failed = status.failed ?? 0;
      expect(status.active ?? 0).toBeLessThanOrEqual(parallelism);
      simulation.live(rate);
    }
    const { status = {} } = simulation.job;
    const end = endOf(simulation.job)?.type;
    expect(end).toBeDefined();
    expect(status.uncountedTerminatedPods).toEqual({});
    expect(simulation.pods.filter(isTracked)).toEqual([]);
    expect(simulation.mostActive).toBeLessThanOrEqual(parallelism);
    const count = (phase: string) => simulation.pods.filter((pod) => pod.status?.phase === phase).length;
    expect(status.failed ?? 0).toBeGreaterThanOrEqual(count('Failed'));
    if (isIndexed) expect(countIndexes(parseIndexes(status.completedIndexes, completions))).toBe(status.succeeded ?? 0);
    else expect(status.succeeded ?? 0).toBe(count('Succeeded'));
    if (end === 'Complete') expect(status.succeeded).toBe(completions);
    else if (!perIndex) expect(status.failed).toBeGreaterThan(backoffLimit);
    if (perIndex) {
      const limit = spec.backoffLimitPerIndex ?? 0;
      const tries = simulation.pods.map(({ metadata }) => Number(metadata.annotations?.[INDEX_FAILURES]));
      expect(Math.max(...tries)).toBeLessThanOrEqual(limit);
    }
  });

  it.each(seeds(50))('is left alone once it is as it should be (seed %i)', (seed) => {
    const chance = createChance(seed);
    const simulation = simulate({ parallelism: 1 + chance.below(5), completions: 20 }, chance);
    simulation.round();
    simulation.round();
    const { status } = simulation.job;
    simulation.round();
    expect(simulation.plan).toEqual({ do: 'nothing' });
    expect(simulation.job.status).toEqual(status);
  });
});
