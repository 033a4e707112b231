import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live, ObjectKey } from '../../../api/meta/object.ts';
import { isNotFound } from '../../../api/meta/status-error.ts';
import { controlledBy, controllerOf, resolveController } from '../../../runtime/control/controller-ref.ts';
import { isDeleting } from '../../../runtime/control/deletion.ts';
import type { ControllerEnv } from '../../../runtime/control/env.ts';
import type { Informer } from '../../../runtime/watch/informer.ts';
import { hasEnded } from './conditions.ts';
import { releasePod } from './finalizers.ts';
import { isTracked } from './job-pods.ts';
import { foreignManagerOf } from './settings.ts';

/** Keys of pods share the lane with those of Jobs; no name of a Job has a slash. */
const PREFIX = 'pods/';

export const podLaneKey = ({ metadata }: Live<Pod>): ObjectKey => ({ namespace: metadata.namespace ?? '', name: `${PREFIX}${metadata.name}` });

/** Returns the key of the pod that a key of the lane stands for; undefined if it is a Job's. */
export const podKeyOf = ({ namespace, name }: ObjectKey): ObjectKey | undefined =>
  name.startsWith(PREFIX) ? { namespace, name: name.slice(PREFIX.length) } : undefined;

/** Whether the pod waits to be counted by a Job that will not do so: it has no controller, or is terminating and its Job is gone or has ended. */
export function seemsOrphaned(pod: Live<Pod>, jobs: Informer<Job>): boolean {
  if (!isTracked(pod)) return false;
  if (!controllerOf(pod)) return true;
  if (!isDeleting(pod)) return false;
  const job = resolveController(jobs, pod);
  return !job || hasEnded(job);
}

/** Returns the keys of the pods that a Job leaves behind when it is deleted or has ended. */
export const leftPods = (job: Live<Job>, pods: Informer<Pod>): readonly ObjectKey[] =>
  controlledBy(pods, job.metadata.uid).filter(isTracked).map(podLaneKey);

/** Removes the finalizer from a pod that no Job will count. */
export async function releaseOrphan({ client }: ControllerEnv, jobs: Informer<Job>, pods: Informer<Pod>, key: ObjectKey): Promise<void> {
  const pod = pods.get(key);
  if (pod && isTracked(pod) && (await isOrphan(client, jobs, pod))) await releasePod(client, pods.kind, pod);
}

/** A Job that the cache does not show is asked for: the cache may lag behind its pods. */
async function isOrphan(client: ControllerEnv['client'], jobs: Informer<Job>, pod: Live<Pod>): Promise<boolean> {
  const owner = controllerOf(pod);
  if (!owner) return true;
  if (owner.kind !== jobs.kind.kind || !owner.apiVersion.startsWith(`${jobs.kind.group}/`)) return false;
  let job = resolveController(jobs, pod);
  if (!job) {
    try {
      const found = await client.get(jobs.kind, { namespace: pod.metadata.namespace ?? '', name: owner.name });
      if (found.metadata.uid === owner.uid) job = found;
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return !job || (hasEnded(job) && foreignManagerOf(job) === undefined);
}
