import type { LabelSelector } from '../../meta/label-selector.ts';
import type { PodTemplateSpec } from '../../pod/template/pod-template.ts';
import { checkLongRunning, checkPodTemplate } from '../../pod/template/pod-template-validation.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid, required } from '../../schema/field-error.ts';
import { selectorFrom } from '../../selector/selector.ts';
import type { FieldPath } from '../../validation/field-path.ts';
import { childPath, pathText } from '../../validation/field-path.ts';
import { checkLabelSelector, isEmptySelector } from '../../validation/label-selector.ts';

/** The selector of a ReplicaSet or Deployment, and the template that must have what it selects. `path` is that of the spec. */
export function checkSelectorAndTemplate(
  errors: FieldError[],
  spec: { readonly selector?: LabelSelector | undefined; readonly template?: PodTemplateSpec | undefined },
  path: FieldPath,
): void {
  const { selector, template } = spec;
  const templatePath = childPath(path, 'template');
  if (!selector) errors.push(required(pathText(path, 'selector')));
  else {
    const before = errors.length;
    checkLabelSelector(errors, selector, childPath(path, 'selector'));
    if (errors.length > before) {
      // An invalid selector cannot be matched with the template.
      errors.push(invalid(pathText(path, 'selector'), selector, 'invalid label selector'));
      return;
    }
    if (isEmptySelector(selector)) {
      // Upstream says so of a ReplicaSet too.
      errors.push(invalid(pathText(path, 'selector'), selector, 'empty selector is invalid for deployment'));
    }
  }
  if (!template) {
    errors.push(required(pathText(templatePath)));
    return;
  }
  const labels = template.metadata?.labels;
  if (!selectorFrom(selector).matches(labels)) {
    errors.push(invalid(pathText(templatePath, 'metadata', 'labels'), labels, '`selector` does not match template `labels`'));
  }
  checkPodTemplate(errors, template, templatePath);
  checkLongRunning(errors, template, 'ReplicaSet', templatePath);
}
