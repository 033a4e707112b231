import { LabelSelector } from '../../../meta/label-selector.ts';
import { ObjectMeta } from '../../../meta/object-meta.ts';
import { PodTemplateSpec } from '../../../pod/template/pod-template.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, boolean, int32, int64, namedString, ref, setList, string, struct, time, topLevel } from '../../../schema/fields.ts';

export const PodFailurePolicyOnExitCodesRequirement = struct('PodFailurePolicyOnExitCodesRequirement', 'Exit codes of containers.', {
  containerName: string('Name of the container; of any, if left out.', { presence: 'pointer' }).tag(1).optional(),
  operator: string('In or NotIn.', { goType: 'PodFailurePolicyOnExitCodesOperator', enum: ['In', 'NotIn'] }).tag(2),
  values: setList(int32(), 'The exit codes, ordered.').tag(3),
});
export type PodFailurePolicyOnExitCodesRequirement = Infer<typeof PodFailurePolicyOnExitCodesRequirement>;

export const PodFailurePolicyOnPodConditionsPattern = struct('PodFailurePolicyOnPodConditionsPattern', 'A condition of a pod.', {
  status: string('Status that the condition must have. True, if left out.', { goType: 'ConditionStatus', presence: 'filled' }).tag(2).optional(),
  type: string('Type of the condition.', { goType: 'PodConditionType' }).tag(1),
});
export type PodFailurePolicyOnPodConditionsPattern = Infer<typeof PodFailurePolicyOnPodConditionsPattern>;

export const PodFailurePolicyRule = struct('PodFailurePolicyRule', 'Which failures of pods are treated in which way.', {
  action: string('Count, FailIndex, FailJob or Ignore.', { goType: 'PodFailurePolicyAction', enum: ['Count', 'FailIndex', 'FailJob', 'Ignore'] }).tag(
    1,
  ),
  onExitCodes: ref(PodFailurePolicyOnExitCodesRequirement, 'Exit codes that the rule is about.').tag(2).optional(),
  onPodConditions: atomicList(PodFailurePolicyOnPodConditionsPattern, 'Conditions that the rule is about; one must match.').tag(3).optional(),
});
export type PodFailurePolicyRule = Infer<typeof PodFailurePolicyRule>;

export const PodFailurePolicy = struct('PodFailurePolicy', 'How failed pods count.', {
  rules: atomicList(PodFailurePolicyRule, 'The rules; the first that matches decides.').tag(1),
});
export type PodFailurePolicy = Infer<typeof PodFailurePolicy>;

export const SuccessPolicyRule = struct('SuccessPolicyRule', 'Indexes that make the Job succeed; at least one of the fields is needed.', {
  succeededCount: int32('How many of the indexes must succeed.', { presence: 'pointer' }).tag(2).optional(),
  succeededIndexes: string('Indexes that must succeed: `1,3-5`.', { presence: 'pointer' }).tag(1).optional(),
});
export type SuccessPolicyRule = Infer<typeof SuccessPolicyRule>;

export const SuccessPolicy = struct('SuccessPolicy', 'When an indexed Job has succeeded before all of its indexes have.', {
  rules: atomicList(SuccessPolicyRule, 'The rules; one must be met.').tag(1),
});
export type SuccessPolicy = Infer<typeof SuccessPolicy>;

export const JobSpec = struct('JobSpec', 'Pods that run to their end.', {
  activeDeadlineSeconds: int64('Seconds that the Job may take.', { presence: 'pointer' }).tag(3).optional(),
  backoffLimit: int32('How often pods may fail before the Job does. 6, if left out.', { presence: 'pointer' }).tag(7).optional(),
  backoffLimitPerIndex: int32('How often the pod of one index may fail.', { presence: 'pointer' }).tag(12).optional(),
  completionMode: string('NonIndexed, or Indexed: each pod has an index, and each index must succeed.', {
    presence: 'pointer',
    goType: 'CompletionMode',
    enum: ['Indexed', 'NonIndexed'],
  })
    .tag(9)
    .optional(),
  completions: int32('How many pods must succeed.', { presence: 'pointer' }).tag(2).optional(),
  managedBy: string('Controller that runs the Job; skiff runs it, if left out.', { presence: 'pointer' }).tag(15).optional(),
  manualSelector: boolean('Use the given selector; otherwise the server makes one.', { presence: 'pointer' }).tag(5).optional(),
  maxFailedIndexes: int32('How many indexes may fail before the Job does.', { presence: 'pointer' }).tag(13).optional(),
  parallelism: int32('How many pods may run at once.', { presence: 'pointer' }).tag(1).optional(),
  podFailurePolicy: ref(PodFailurePolicy, 'How failed pods count.').tag(11).optional(),
  podReplacementPolicy: string('When a pod is replaced: once it has Failed, or as soon as it is terminating (TerminatingOrFailed).', {
    presence: 'pointer',
    goType: 'PodReplacementPolicy',
    enum: ['Failed', 'TerminatingOrFailed'],
  })
    .tag(14)
    .optional(),
  selector: ref(LabelSelector, 'Pods that belong to the Job; usually made by the server.', { presence: 'pointer' }).tag(4).optional(),
  successPolicy: ref(SuccessPolicy, 'When the Job has succeeded early.').tag(16).optional(),
  suspend: boolean('Run no pods for now.', { presence: 'pointer' }).tag(10).optional(),
  template: ref(PodTemplateSpec, 'The pods to create.').tag(6),
  ttlSecondsAfterFinished: int32('Seconds after its end at which the Job is deleted.', { presence: 'pointer' }).tag(8).optional(),
});
export type JobSpec = Infer<typeof JobSpec>;

export const JobCondition = struct('JobCondition', "One observation of a Job's state.", {
  lastProbeTime: time('When the condition was last looked at.', { presence: 'null' }).tag(3).optional(),
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(4).optional(),
  message: string('Explanation for people.').tag(6).optional(),
  reason: string('One CamelCase word for why it is so.').tag(5).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2),
  type: string('Complete, Failed, Suspended, FailureTarget or SuccessCriteriaMet.', { goType: 'JobConditionType' }).tag(1),
});
export type JobCondition = Infer<typeof JobCondition>;

export const UncountedTerminatedPods = struct('UncountedTerminatedPods', 'Pods that have ended and are not in the counters yet.', {
  failed: setList(namedString('types.UID'), 'UIDs of those that failed.').tag(2).optional(),
  succeeded: setList(namedString('types.UID'), 'UIDs of those that succeeded.').tag(1).optional(),
});
export type UncountedTerminatedPods = Infer<typeof UncountedTerminatedPods>;

export const JobStatus = struct('JobStatus', 'How far a Job has come.', {
  active: int32('Pods that are pending or running, and not terminating.').tag(4).optional(),
  completedIndexes: string('Indexes that have succeeded: `1,3-5`.').tag(7).optional(),
  completionTime: time('When the Job succeeded.', { presence: 'pointer' }).tag(3).optional(),
  conditions: atomicList(JobCondition, 'Latest observations, one of each type.', {
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'type',
  })
    .tag(1)
    .optional(),
  failed: int32('Pods that have failed.').tag(6).optional(),
  failedIndexes: string('Indexes that have failed.', { presence: 'pointer' }).tag(10).optional(),
  ready: int32('Active pods that are ready.', { presence: 'pointer' }).tag(9).optional(),
  startTime: time('When the Job was started, or resumed.', { presence: 'pointer' }).tag(2).optional(),
  succeeded: int32('Pods that have succeeded.').tag(5).optional(),
  terminating: int32('Pods that are terminating.', { presence: 'pointer' }).tag(11).optional(),
  uncountedTerminatedPods: ref(UncountedTerminatedPods, 'Pods that have ended and are not in the counters yet.').tag(8).optional(),
});
export type JobStatus = Infer<typeof JobStatus>;

export const Job = topLevel('Job', 'Runs pods until a number of them have succeeded.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(JobSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(JobStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type Job = Infer<typeof Job>;
