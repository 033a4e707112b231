import { labelsText, nameColumn, shown } from '../../columns/cells.ts';
import type { Column } from '../../columns/column.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import { PodTemplateSpec } from '../../pod/template/pod-template.ts';
import { containerImages, containerNames } from '../../pod/template/pod-template-columns.ts';
import { defaultPodTemplate } from '../../pod/template/pod-template-defaults.ts';
import { checkPodTemplate } from '../../pod/template/pod-template-validation.ts';
import { podTemplateWarnings } from '../../pod/template/pod-warnings.ts';
import type { FieldError } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, topLevel } from '../../schema/fields.ts';
import { rootPath } from '../../validation/field-path.ts';

export const PodTemplate = topLevel('PodTemplate', 'A template of a pod, kept by name.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  template: ref(PodTemplateSpec, 'The pod to be made.', { presence: 'filled' }).tag(2).optional(),
});
export type PodTemplate = Infer<typeof PodTemplate>;

function validate(object: PodTemplate): FieldError[] {
  const errors: FieldError[] = [];
  checkPodTemplate(errors, object.template ?? {}, rootPath('template'));
  return errors;
}

const podTemplateStrategy: Strategy<PodTemplate> = {
  generation: 'content',
  default: (object) => {
    object.template ??= {};
    defaultPodTemplate(object.template);
  },
  validate,
  validateUpdate: validate,
  warnings: (object, old) => podTemplateWarnings(object, old, object.template, 'template', { naming: false }),
};

const podTemplateColumns: readonly Column<PodTemplate>[] = [
  nameColumn,
  shown('Containers', 'The containers of the template.', (template) => containerNames(template)),
  shown('Images', 'Their images.', (template) => containerImages(template)),
  shown('Pod Labels', 'The labels its pods get.', (template) => labelsText(template.template?.metadata?.labels)),
];

export const podTemplates = defineKind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  namespaced: true,
  schema: PodTemplate,
  podTemplate: ({ template }) => template,
  columns: podTemplateColumns,
  strategy: podTemplateStrategy,
  deletion: { returnsObject: true },
});
