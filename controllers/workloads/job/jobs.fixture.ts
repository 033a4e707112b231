import type { Job, JobStatus } from '../../../api/kinds/batch/job/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { timeText } from '../../../base/clock.ts';
import { COMPLETION_INDEX, TRACKING_FINALIZER } from './job-pods.ts';

export const START = Date.UTC(2026, 0, 1);

export function liveJob(spec: Partial<NonNullable<Job['spec']>> = {}, status: JobStatus = {}): Live<Job> {
  const metadata = { name: 'work', namespace: 'default', uid: 'job', resourceVersion: '1', creationTimestamp: timeText(START) };
  return { metadata, spec: { parallelism: 1, backoffLimit: 6, template: {}, ...spec }, status };
}

export interface PodFacts {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly index?: number;
  readonly annotations?: Record<string, string>;
  readonly tracked?: boolean;
  readonly deleting?: boolean;
  readonly exitCode?: number;
  readonly conditions?: NonNullable<NonNullable<Pod['status']>['conditions']>;
  /** Milliseconds after the start. */
  readonly endedAt?: number;
}

export function livePod(name: string, facts: PodFacts = {}): Live<Pod> {
  const { phase = 'Running', index, annotations, tracked = true, deleting = false, exitCode, conditions, endedAt = 0 } = facts;
  const finishedAt = new Date(START + endedAt).toISOString();
  const terminated = { exitCode: exitCode ?? (phase === 'Failed' ? 1 : 0), startedAt: finishedAt, finishedAt };
  const hasEnded = phase === 'Succeeded' || phase === 'Failed';
  return {
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: timeText(START),
      ...(tracked ? { finalizers: [TRACKING_FINALIZER] } : {}),
      ...(deleting ? { deletionTimestamp: finishedAt, deletionGracePeriodSeconds: 0 } : {}),
      annotations: { ...annotations, ...(index === undefined ? {} : { [COMPLETION_INDEX]: String(index) }) },
    },
    spec: { containers: [{ name: 'c' }] },
    status: {
      phase,
      ...(conditions ? { conditions } : {}),
      ...(hasEnded ? { containerStatuses: [{ name: 'c', image: 'c', imageID: 'c', ready: false, restartCount: 0, state: { terminated } }] } : {}),
    },
  };
}
