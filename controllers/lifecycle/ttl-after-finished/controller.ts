import type { Registry } from 'prom-client';
import { Histogram } from 'prom-client';
import type { Kind } from '../../../api/definition/kind.ts';
import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { oncePer } from '../../../base/once-per.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import { primary } from '../../../runtime/control/primary.ts';
import type { Result } from '../../../runtime/queue/result.ts';
import { DONE } from '../../../runtime/queue/result.ts';
import { conditionOf } from '../../_shared/conditions.ts';
import { unlessGone } from '../../_shared/refusals.ts';
import { expiryOf } from './plan.ts';

/** Deletes Jobs, with their pods, a time after they have ended (pkg/controller/ttlafterfinished). */
export function ttlAfterFinishedController(kinds: { readonly jobs: Kind<Job> }): ControllerDefinition {
  return {
    name: 'ttl-after-finished-controller',
    component: 'ttl-after-finished-controller',
    concurrency: 5,
    setup(env) {
      const jobs = env.informers.of(kinds.jobs);
      deletionSeconds(env.registry);
      return {
        for: primary(kinds.jobs, { when: { create: mayExpire, update: mayExpire } }),
        async reconcile(key) {
          const job = jobs.get(key);
          const expiry = job && expiryOf(job);
          if (expiry === undefined) return DONE;
          const left = expiry - env.clock.now();
          return left > 0 ? { requeueAfterMs: left } : expire(env, kinds.jobs, key);
        },
      };
    },
  };
}

const mayExpire = ({ spec, status }: Live<Job>): boolean =>
  spec?.ttlSecondsAfterFinished !== undefined &&
  (conditionOf(status?.conditions, 'Complete')?.status === 'True' || conditionOf(status?.conditions, 'Failed')?.status === 'True');

/** Deletes the Job if it is still due: its time to live may have been changed since the cache saw it. */
async function expire({ client, clock, registry }: ControllerEnv, kind: Kind<Job>, key: ObjectKey): Promise<Result> {
  const fresh = await unlessGone(client.get(kind, key));
  const expiry = fresh && expiryOf(fresh);
  if (!fresh || expiry === undefined) return DONE;
  const left = expiry - clock.now();
  if (left > 0) return { requeueAfterMs: left };
  await unlessGone(client.delete(kind, key, { propagationPolicy: 'Foreground', preconditions: { uid: fresh.metadata.uid } }));
  deletionSeconds(registry).observe(-left / 1000);
  return DONE;
}

/** 100 ms, doubled up to 14 min. */
const BUCKETS = Array.from({ length: 14 }, (_, i) => 0.1 * 2 ** i);

const deletionSeconds: (registry: Registry) => Histogram = oncePer(
  (registry) =>
    new Histogram({
      name: 'ttl_after_finished_controller_job_deletion_duration_seconds',
      help: 'Seconds between the time a Job could be deleted and its deletion.',
      buckets: BUCKETS,
      registers: [registry],
    }),
);
