import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { keyOf, keyText } from '../../../api/meta/object.ts';
import { isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import { slowStart } from '../../../runtime/control/slow-start.ts';
import { isReady } from '../../_shared/pod-state.ts';
import { isNamespaceTerminating } from '../../_shared/refusals.ts';
import type { Assessment } from './assessment.ts';
import { releasePod } from './finalizers.ts';
import type { JobParts } from './parts.ts';
import type { PodsPlan } from './plan.ts';
import { indexedNamePrefix, indexedTemplate, trackedTemplate } from './pod-template.ts';

/** The pods that a round has created and deleted. */
export interface Applied {
  readonly created: number;
  readonly deleted: number;
  readonly deletedReady: number;
  /** The first error. */
  readonly error?: unknown;
}

const NOTHING: Applied = { created: 0, deleted: 0, deletedReady: 0 };

/**
 * Carries out a plan. Expectations are declared before the writes, and taken back for those that failed.
 * @param settled whether the cache shows all earlier writes. If not, an end declares nothing: that would replace what is still expected.
 */
export async function applyPods(parts: JobParts, assessment: Assessment, plan: PodsPlan, settled: boolean): Promise<Applied> {
  switch (plan.do) {
    case 'nothing':
    case 'wait':
      return NOTHING;
    case 'create':
      return createPods(parts, assessment, plan.count, plan.indexes);
    case 'end':
      return deletePods(parts, assessment, plan.pods, { counted: true, expected: settled });
    case 'delete':
      return deletePods(parts, assessment, plan.pods, { counted: false, expected: true });
  }
}

async function createPods(parts: JobParts, assessment: Assessment, count: number, indexes: readonly number[] | undefined): Promise<Applied> {
  const { expectations, podControl, metrics } = parts;
  const { job, settings } = assessment;
  const key = keyText(keyOf(job));
  const template = trackedTemplate(job);
  expectations.expectCreations(key, count);
  let failures = 0;
  let refused = 0;
  const { successes, error } = await slowStart(count, async (at) => {
    const index = indexes?.[at];
    try {
      if (index === undefined) return await podControl.create(job, template);
      const replaced = assessment.indexes?.awaitingReplacement.get(index);
      await podControl.create(job, indexedTemplate(job, settings, index, replaced), indexedNamePrefix(job.metadata.name, index));
    } catch (caught) {
      if (isNamespaceTerminating(caught)) {
        refused++;
        return;
      }
      failures++;
      throw caught;
    }
  });
  const created = successes - refused;
  for (let i = created; i < count; i++) expectations.creationObserved(key);
  metrics.created(creationReason(assessment), created, failures);
  return { ...NOTHING, created, error };
}

function creationReason({ settings, failed, terminating, job }: Assessment) {
  if (job.spec?.podReplacementPolicy === 'Failed' && failed > 0) return 'recreate_failed';
  return failed > 0 || (!settings.replacesFailedOnly && terminating > 0) ? 'recreate_terminating_or_failed' : 'new';
}

interface Deletion {
  /** Whether the pods keep their finalizer until they are counted. */
  readonly counted: boolean;
  readonly expected: boolean;
}

async function deletePods(parts: JobParts, { job }: Assessment, pods: readonly Live<Pod>[], { counted, expected }: Deletion): Promise<Applied> {
  const { env, expectations, podControl, turn } = parts;
  const key = keyText(keyOf(job));
  const uids = pods.map(({ metadata }) => metadata.uid);
  if (expected) expectations.expectDeletions(key, uids);
  const results = await Promise.all(
    pods.map(async (pod) => {
      try {
        if (!counted) await turn(() => releasePod(env.client, parts.pods.kind, pod));
        await podControl.delete(job, pod);
        return { deleted: true, ready: isReady(pod) };
      } catch (error) {
        if (expected) expectations.deletionObserved(key, pod.metadata.uid);
        // Deleted already, or replaced by another pod of that name.
        const isGone = isNotFound(error) || isConflict(error);
        return { deleted: isGone, ready: isGone && isReady(pod), error: isGone ? undefined : error };
      }
    }),
  );
  return {
    created: 0,
    deleted: results.filter(({ deleted }) => deleted).length,
    deletedReady: results.filter(({ ready }) => ready).length,
    error: results.find(({ error }) => error !== undefined)?.error,
  };
}
