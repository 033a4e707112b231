import type { Strategy } from '../../definition/strategy.ts';
import { defaultPodTemplate } from '../../pod/pod-spec-defaults.ts';
import { checkPodTemplate } from '../../pod/pod-template-validation.ts';
import { podTemplateWarnings } from '../../pod/pod-warnings.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { rootPath } from '../../validation/field-path.ts';
import type { PodTemplate } from './pod-template.ts';

function validate(object: PodTemplate): FieldError[] {
  const errors: FieldError[] = [];
  checkPodTemplate(errors, object.template ?? {}, rootPath('template'));
  return errors;
}

export const podTemplateStrategy: Strategy<PodTemplate> = {
  generation: 'content',
  default: (object) => {
    object.template ??= {};
    defaultPodTemplate(object.template);
  },
  validate,
  validateUpdate: validate,
  warnings: (object, old) => podTemplateWarnings(object, old, object.template, 'template', { naming: false }),
};
