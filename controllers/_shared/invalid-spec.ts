import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { PodTemplateSpec } from '../../api/pod/template/pod-template.ts';
import type { FieldError } from '../../api/schema/field-error.ts';
import { fieldErrorText, invalid, required } from '../../api/schema/field-error.ts';
import { selectorFrom } from '../../api/selector/selector.ts';
import { isEmptySelector } from '../../api/validation/label-selector.ts';

/** The reason of the condition and the event of a workload that nothing is done for until its spec is changed. */
export const INVALID_SPEC = 'InvalidSpec';

/** The fields by which a workload finds its pods and makes new ones. */
export interface SelectingSpec {
  readonly selector: LabelSelector | undefined;
  readonly template?: PodTemplateSpec | undefined;
  readonly replicas?: number | undefined;
}

/**
 * Returns the fault of a spec that must not be acted on, in the words of the built-in kinds' validation; undefined if there is none. A
 * selector that does not match the template makes pods without end, as none of them counts; an empty one takes everybody's pods. The API
 * server refuses both at home, a CustomResourceDefinition may let them through. Upstream names the deployment in what it says of a ReplicaSet too.
 */
export function invalidSpec({ selector, template, replicas = 0 }: SelectingSpec): string | undefined {
  const fault = selectorFault(selector, template);
  if (fault) return fieldErrorText(fault);
  if (replicas < 0) return fieldErrorText(invalid('spec.replicas', replicas, 'must be greater than or equal to 0'));
  return undefined;
}

function selectorFault(selector: LabelSelector | undefined, template: PodTemplateSpec | undefined): FieldError | undefined {
  if (!selector) return required('spec.selector');
  if (isEmptySelector(selector)) return invalid('spec.selector', selector, 'empty selector is invalid for deployment');
  if (!template) return required('spec.template');
  const labels = template.metadata?.labels;
  try {
    if (selectorFrom(selector).matches(labels)) return undefined;
  } catch {
    return invalid('spec.selector', selector, 'invalid label selector');
  }
  return invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
}
