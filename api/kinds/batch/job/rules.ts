import { semanticEqual } from '../../../../base/equality.ts';
import type { Strategy } from '../../../definition/strategy.ts';
import type { Live } from '../../../meta/object.ts';
import type { Container } from '../../../pod/container/container.ts';
import { internalPodSpec } from '../../../pod/spec/internal-pod-spec.ts';
import type { PodTemplateSpec } from '../../../pod/template/pod-template.ts';
import { podTemplateWarnings } from '../../../pod/template/pod-warnings.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid } from '../../../schema/field-error.ts';
import { rootPath } from '../../../validation/field-path.ts';
import { checkImmutable, IMMUTABLE } from '../../../validation/field-rules.ts';
import { dns1123LabelFaults } from '../../../validation/name-rules.ts';
import { defaultJob } from './defaults.ts';
import { checkGeneratedSelector, generateSelector, hasPrefixedLabels } from './generated-selector.ts';
import type { Job, JobSpec } from './schema.ts';
import { checkJobSelector, checkJobSpec, FEW_OF_MANY, MANY_COMPLETIONS } from './spec-validation.ts';
import { hasCondition, validateJobStatus } from './status-validation.ts';

const SPEC = rootPath('spec');
const IMMUTABLE_AFTER_TEMPLATE = ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const;

function checkWholeSpec(errors: FieldError[], job: Job): void {
  checkJobSpec(errors, job.spec ?? {}, SPEC);
  checkJobSelector(errors, job.spec ?? {}, SPEC);
}

function checkJob(errors: FieldError[], job: Job, prefixed: boolean): void {
  checkGeneratedSelector(errors, job, prefixed);
  checkWholeSpec(errors, job);
  const { completionMode, completions = 0 } = job.spec ?? {};
  if (completionMode !== 'Indexed' || completions <= 0) return;
  // The pod of each index is named after the Job.
  const hostname = `${job.metadata?.name ?? ''}-${completions - 1}`;
  if (dns1123LabelFaults(hostname).length > 0) {
    errors.push(invalid('metadata.name', job.metadata?.name ?? '', `will not able to create pod with invalid DNS label: ${hostname}`));
  }
}

function validate(job: Job): FieldError[] {
  const errors: FieldError[] = [];
  checkJob(errors, job, true);
  return errors;
}

/** The spec is checked twice, as upstream does: with the whole object, and as a change. */
function validateUpdate(job: Job, old: Live<Job>): FieldError[] {
  const errors: FieldError[] = [];
  checkJob(errors, job, hasPrefixedLabels(old));
  checkWholeSpec(errors, job);
  checkCompletions(errors, job.spec ?? {}, old.spec?.completions);
  checkImmutable(errors, job.spec?.selector, old.spec?.selector, 'spec.selector');
  checkTemplateChange(errors, job, old);
  for (const field of IMMUTABLE_AFTER_TEMPLATE) checkImmutable(errors, job.spec?.[field], old.spec?.[field], `spec.${field}`);
  return errors;
}

/** An indexed Job is scaled by both its numbers; those of others never change. */
function checkCompletions(errors: FieldError[], spec: Partial<JobSpec>, before: number | undefined): void {
  const { completions, completionMode, parallelism } = spec;
  if (completionMode !== 'Indexed') checkImmutable(errors, completions, before, 'spec.completions');
  else if (completions !== undefined && completions !== before && completions !== parallelism) {
    errors.push(invalid('spec.completions', completions, 'can only be modified in tandem with spec.parallelism'));
  }
}

/** While no pods of a suspended Job run, it may be changed where and with how much they will. */
const isAtRest = (old: Live<Job>): boolean =>
  old.spec?.suspend === true && (old.status?.startTime === undefined || (hasCondition(old, 'Suspended') && (old.status.active ?? 0) === 0));

function checkTemplateChange(errors: FieldError[], job: Job, old: Live<Job>): void {
  const template = job.spec?.template ?? {};
  const before = isAtRest(old) ? withMutableParts(old.spec?.template ?? {}, template) : (old.spec?.template ?? {});
  checkImmutable(errors, template.metadata, before.metadata, 'spec.template.metadata');
  if (!semanticEqual(template.spec, before.spec)) errors.push(invalid('spec.template.spec', internalPodSpec(template.spec), IMMUTABLE));
}

/** Returns the old template with the new values of all that a suspended Job may change. */
function withMutableParts(old: PodTemplateSpec, { metadata, spec }: PodTemplateSpec): PodTemplateSpec {
  const { nodeAffinity, ...otherAffinity } = old.spec?.affinity ?? {};
  const affinity = { ...otherAffinity, ...(spec?.affinity?.nodeAffinity ? { nodeAffinity: spec.affinity.nodeAffinity } : {}) };
  return {
    metadata: { ...old.metadata, annotations: metadata?.annotations ?? {}, labels: metadata?.labels ?? {} },
    spec: {
      ...old.spec,
      containers: withResources(old.spec?.containers ?? [], spec?.containers ?? []),
      initContainers: withResources(old.spec?.initContainers ?? [], spec?.initContainers ?? []),
      affinity,
      nodeSelector: spec?.nodeSelector ?? {},
      tolerations: spec?.tolerations ?? [],
      schedulingGates: spec?.schedulingGates ?? [],
    },
  };
}

const withResources = (old: readonly Container[], next: readonly Container[]): Container[] =>
  old.map((container, i) => {
    const other = next[i];
    return other?.name === container.name && other.resources ? { ...container, resources: other.resources } : container;
  });

type Named = Pick<Job, 'metadata'>;

/** Returns the warnings about the spec of a Job, or of the Jobs of a CronJob. `field` is its path. */
export function jobSpecWarnings(object: Named, old: Named | undefined, spec: Partial<JobSpec> | undefined, field: string): string[] {
  if (old && old.metadata?.generation === object.metadata?.generation) return [];
  const texts = podTemplateWarnings(object, old, spec?.template, `${field}.template`);
  if (spec?.completionMode !== 'Indexed' || (spec.completions ?? 0) <= MANY_COMPLETIONS || (spec.parallelism ?? 0) <= FEW_OF_MANY) return texts;
  texts.push(
    `${field}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
  );
  return texts;
}

export const jobStrategy: Strategy<Job> = {
  generation: 'content',
  metadataChecks: { onUpdate: ['whole', 'change'] },
  default: defaultJob,
  prepareForCreate: (job) => {
    generateSelector(job);
    job.status = {};
  },
  prepareForUpdate: (job, old) => {
    job.status = old.status;
  },
  prepareForStatusUpdate: (job, old) => {
    job.spec = old.spec;
  },
  validate,
  validateUpdate,
  validateStatusUpdate: validateJobStatus,
  warnings: (job, old) => jobSpecWarnings(job, old, job.spec, 'spec'),
  selectableFields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  unselectable: (field) => `field label ${JSON.stringify(field)} not supported for Job`,
};
