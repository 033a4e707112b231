import type { Job, PodFailurePolicy, SuccessPolicy } from '../../../api/kinds/batch/job/schema.ts';

/** The spec of a Job with its defaults, as the controller reads it. */
export interface JobSettings {
  readonly parallelism: number;
  /** Left out, the Job is complete when one pod has succeeded and none is active. Always given for an indexed Job. */
  readonly completions: number | undefined;
  readonly indexed: boolean;
  readonly backoffLimit: number;
  /** Limits the failures of each index; undefined unless the Job is indexed and limits them so. */
  readonly limitPerIndex: number | undefined;
  readonly maxFailedIndexes: number | undefined;
  readonly failurePolicy: PodFailurePolicy | undefined;
  readonly successPolicy: SuccessPolicy | undefined;
  /** Whether a terminating pod is replaced, and counted as failed, only once it has ended. */
  readonly replacesFailedOnly: boolean;
  readonly suspended: boolean;
  readonly deadlineMs: number | undefined;
  /** Whether the kubelet restarts the containers of the pods. */
  readonly restartsContainers: boolean;
}

const DEFAULT_BACKOFF_LIMIT = 6;

export function settingsOf({ spec }: Job): JobSettings {
  const indexed = spec?.completionMode === 'Indexed';
  const failurePolicy = spec?.podFailurePolicy;
  return {
    parallelism: spec?.parallelism ?? 1,
    completions: spec?.completions ?? (indexed ? 0 : undefined),
    indexed,
    backoffLimit: spec?.backoffLimit ?? DEFAULT_BACKOFF_LIMIT,
    limitPerIndex: indexed ? spec?.backoffLimitPerIndex : undefined,
    maxFailedIndexes: spec?.maxFailedIndexes,
    failurePolicy,
    successPolicy: spec?.successPolicy,
    replacesFailedOnly: spec?.podReplacementPolicy === 'Failed' || failurePolicy !== undefined,
    suspended: spec?.suspend ?? false,
    deadlineMs: spec?.activeDeadlineSeconds === undefined ? undefined : spec.activeDeadlineSeconds * 1000,
    restartsContainers: spec?.template?.spec?.restartPolicy === 'OnFailure',
  };
}

/** The value of `spec.managedBy` that means this controller. */
const OWN_NAME = 'kubernetes.io/job-controller';

/** Returns the name of the controller that runs the Job instead of this one; undefined if this one does. */
export const foreignManagerOf = ({ spec }: Job): string | undefined => (spec?.managedBy === OWN_NAME ? undefined : spec?.managedBy);
