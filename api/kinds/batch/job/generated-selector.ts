import type { LabelSelector } from '../../../meta/label-selector.ts';
import type { FieldError } from '../../../schema/field-error.ts';
import { invalid, required } from '../../../schema/field-error.ts';
import { SelectorError, selectorFrom } from '../../../selector/selector.ts';
import type { Job } from './schema.ts';

const NAME_LABELS = ['job-name', 'batch.kubernetes.io/job-name'] as const;
const UID_LABELS = ['controller-uid', 'batch.kubernetes.io/controller-uid'] as const;
const [, UID_LABEL] = UID_LABELS;

/**
 * Makes a new Job select its own pods: labels with its name and UID, and a selector of the UID. Labels that the creator has set stay, and
 * are refused by validation if they are others. A Job without labels gets those of its template.
 */
export function generateSelector(job: Job): void {
  const { spec, metadata } = job;
  if (!spec || spec.manualSelector) return;
  spec.template ??= {};
  spec.template.metadata ??= {};
  spec.template.metadata.labels ??= {};
  const { labels } = spec.template.metadata;
  for (const label of NAME_LABELS) labels[label] ??= metadata?.name ?? '';
  for (const label of UID_LABELS) labels[label] ??= metadata?.uid ?? '';
  if (metadata && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
  spec.selector ??= {};
  spec.selector.matchLabels ??= {};
  spec.selector.matchLabels[UID_LABEL] ??= metadata?.uid ?? '';
}

/** Whether a stored Job has the labels with a prefix, which Jobs from before v1.27 lack. */
export function hasPrefixedLabels(job: Job): boolean {
  const labels = job.spec?.template?.metadata?.labels ?? {};
  return NAME_LABELS[1] in labels && UID_LABELS[1] in labels;
}

/** Checks that a selector which was not given by hand is the one that the server makes. */
export function checkGeneratedSelector(errors: FieldError[], job: Job, prefixed: boolean): void {
  const { spec, metadata } = job;
  if (!spec?.selector || spec.manualSelector) return;
  const uid = metadata?.uid ?? '';
  const name = metadata?.name ?? '';
  if (uid === '') errors.push(required('metadata.uid'));
  const expected: Record<string, string> = {};
  const labels = spec.template?.metadata?.labels;
  for (const at of prefixed ? [0, 1] : [0]) {
    for (const [label, value] of [
      [UID_LABELS[at] ?? '', uid],
      [NAME_LABELS[at] ?? '', name],
    ] as const) {
      expected[label] = value;
      const field = `spec.template.metadata.labels[${label}]`;
      const actual = labels?.[label];
      if (actual === undefined) errors.push(required(field, `must be '${value}'`));
      else if (actual !== value) errors.push(invalid(field, labels, `must be '${value}'`));
    }
  }
  if (misses(spec.selector, expected)) errors.push(invalid('spec.selector', spec.selector, '`selector` not auto-generated'));
}

/** Whether a selector does not select labels. One that is no selector is reported by its own check. */
function misses(selector: LabelSelector | undefined, labels: Readonly<Record<string, string>>): boolean {
  try {
    return !selectorFrom(selector).matches(labels);
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}
