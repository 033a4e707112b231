import type { Kind } from '../../../api/definition/kind.ts';
import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { createExpectations } from '../../../runtime/control/expectations.ts';
import { owned } from '../../../runtime/control/owned.ts';
import { primary } from '../../../runtime/control/primary.ts';
import { watched } from '../../../runtime/control/watched.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { countsDiffer, isTerminal } from '../../_shared/pod-state.ts';
import { createPodControl } from '../../_shared/replicas/pod-control.ts';
import { createTurns } from '../../_shared/replicas/turns.ts';
import { hasEnded } from './conditions.ts';
import { concernsJob, isTracked } from './job-pods.ts';
import { createJobMemory } from './memory.ts';
import type { JobMetrics } from './metrics.ts';
import { jobMetrics } from './metrics.ts';
import { leftPods, podKeyOf, podLaneKey, releaseOrphan, seemsOrphaned } from './orphans.ts';
import { createJobReconcile } from './reconcile.ts';
import { foreignManagerOf } from './settings.ts';

export interface JobKinds {
  readonly jobs: Kind<Job>;
  readonly pods: Kind<Pod>;
}

/** Enough to fill a group commit of the store, or the latency of a network. */
const CALLS_AT_ONCE = 32;

/** A Job with fewer pods than this is looked at as soon as one of them changes. */
const FEW_PODS = 10;
/** Upstream's batching period, for every Job. */
const MAX_BATCH_MS = 1000;

/** Runs the pods of Jobs to their end: creates, deletes, adopts, releases and counts them (pkg/controller/job). */
export function jobController(kinds: JobKinds): ControllerDefinition {
  return {
    name: 'job-controller',
    component: 'job-controller',
    concurrency: 5,
    setup(env) {
      const jobs = env.informers.of(kinds.jobs);
      const pods = env.informers.of(kinds.pods);
      const expectations = createExpectations(env.clock);
      const metrics = jobMetrics(env.registry);
      observeMetrics(jobs, pods, metrics);
      const podControl = createPodControl(env, kinds.jobs, kinds.pods);
      const turn = createTurns(CALLS_AT_ONCE, env.clock);
      const reconcile = createJobReconcile({ env, jobs, pods, expectations, podControl, turn, memory: createJobMemory(), metrics });
      const orphaned = (pod: Live<Pod>) => seemsOrphaned(pod, jobs);
      return {
        for: primary(kinds.jobs, { selects: ({ spec }) => spec?.selector }),
        owns: [owned(kinds.pods, { changed: (pod, old) => countsDiffer(pod, old) || concernsJob(pod, old), delayMs: batchMs })],
        watches: [
          watched(kinds.pods, { when: { create: orphaned, update: orphaned }, map: podLaneKey, moved: () => false }),
          watched(kinds.jobs, {
            when: { update: hasEnded, delete: true },
            map: (job) => leftPods(job, pods),
            moved: () => false,
          }),
        ],
        expectations,
        async reconcile(key, context) {
          const podKey = podKeyOf(key);
          if (!podKey) return reconcile(key, context);
          await releaseOrphan(env, jobs, pods, podKey);
          return DONE;
        },
      };
    },
  };
}

/** A round costs as much as the Job has pods: the more there are, the more of their changes share one. */
function batchMs(job: Live<KubeObject & Pick<Job, 'spec'>>): number {
  const { parallelism = 1, completions = 1 } = job.spec ?? {};
  const pods = Math.max(parallelism, completions);
  return pods < FEW_PODS ? 0 : Math.min(MAX_BATCH_MS, pods);
}

function observeMetrics(jobs: Informer<Job>, pods: Informer<Pod>, metrics: JobMetrics): void {
  const awaitsCount = (pod: Live<Pod>) => isTerminal(pod) && isTracked(pod);
  pods.on({
    add: (pod) => awaitsCount(pod) && metrics.tracked('add'),
    update(pod, old) {
      const is = awaitsCount(pod);
      if (is !== awaitsCount(old)) metrics.tracked(is ? 'add' : 'delete');
    },
    delete: (pod) => awaitsCount(pod) && metrics.tracked('delete'),
  });
  jobs.on({
    add(job) {
      const manager = foreignManagerOf(job);
      if (manager !== undefined) metrics.managedBy(manager);
    },
  });
}
