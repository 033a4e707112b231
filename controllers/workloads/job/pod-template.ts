import type { Job } from '../../../api/kinds/batch/job/schema.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import type { PodTemplateSpec } from '../../../api/pod/template/pod-template.ts';
import { judgeFailure } from './failure-policy.ts';
import { COMPLETION_INDEX, failuresBefore, INDEX_FAILURES, INDEX_IGNORED_FAILURES, ignoredFailuresBefore, TRACKING_FINALIZER } from './job-pods.ts';
import type { JobSettings } from './settings.ts';

/** Generated names have room for five random characters in the 63 of a label. */
const MAX_PREFIX = 58;
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';

/** Returns the template of the Job's pods, with the finalizer by which they are counted. */
export function trackedTemplate({ spec }: Job): PodTemplateSpec {
  const { template = {} } = spec ?? {};
  const finalizers = template.metadata?.finalizers ?? [];
  if (finalizers.includes(TRACKING_FINALIZER)) return template;
  return { ...template, metadata: { ...template.metadata, finalizers: [...finalizers, TRACKING_FINALIZER] } };
}

/** Returns the template for the pod of one index. `replaced` is the failed pod whose number of failures it inherits. */
export function indexedTemplate(job: Live<Job>, settings: JobSettings, index: number, replaced: Live<Pod> | undefined): PodTemplateSpec {
  const template = trackedTemplate(job);
  const value = String(index);
  const failures = settings.limitPerIndex === undefined ? {} : failureAnnotations(settings, replaced);
  return {
    ...template,
    metadata: {
      ...template.metadata,
      annotations: { ...template.metadata?.annotations, [COMPLETION_INDEX]: value, ...failures },
      labels: { ...template.metadata?.labels, [COMPLETION_INDEX]: value },
    },
    ...(template.spec && {
      spec: {
        ...template.spec,
        hostname: `${job.metadata.name}-${index}`,
        ...(template.spec.initContainers && { initContainers: template.spec.initContainers.map(withIndexVariable) }),
        containers: template.spec.containers.map(withIndexVariable),
      },
    }),
  };
}

/** Returns the prefix of the names of the pods of an index. */
export function indexedNamePrefix(job: string, index: number): string {
  const suffix = `-${index}-`;
  return job.length + suffix.length > MAX_PREFIX ? job.slice(0, MAX_PREFIX - suffix.length) + suffix : job + suffix;
}

function withIndexVariable(container: Container): Container {
  if (container.env?.some(({ name }) => name === INDEX_VARIABLE)) return container;
  const variable = { name: INDEX_VARIABLE, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } };
  return { ...container, env: [...(container.env ?? []), variable] };
}

function failureAnnotations({ failurePolicy }: JobSettings, replaced: Live<Pod> | undefined): Record<string, string> {
  if (!replaced) return { [INDEX_FAILURES]: '0' };
  const { counts } = judgeFailure(failurePolicy, replaced);
  const failures = failuresBefore(replaced) + (counts ? 1 : 0);
  const ignored = ignoredFailuresBefore(replaced) + (counts ? 0 : 1);
  return { [INDEX_FAILURES]: String(failures), ...(ignored > 0 ? { [INDEX_IGNORED_FAILURES]: String(ignored) } : {}) };
}
