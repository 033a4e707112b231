import type { FieldError } from '../field-error.ts';
import type { Strategy } from '../kind.ts';
import { rootPath } from '../validation/field-path.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import type { PodTemplate } from './pod-template.ts';
import { checkPodTemplate } from './pod-template-validation.ts';
import { podTemplateWarnings } from './pod-warnings.ts';

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
