import { semanticEqual } from '../../../base/equality.ts';
import { ageColumn, nameColumn } from '../../columns/cells.ts';
import { defineKind } from '../../definition/kind.ts';
import type { Strategy } from '../../definition/strategy.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { invalid } from '../../schema/field-error.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, struct, topLevel } from '../../schema/fields.ts';
import { internalForm } from '../../schema/internal-form.ts';
import { structuralOf } from '../../schema/structural.ts';
import { childPath, rootPath } from '../../validation/field-path.ts';
import { IMMUTABLE } from '../../validation/field-rules.ts';
import { checkAnnotations, checkLabels } from '../../validation/object-meta.ts';
import { checkDeviceClaim, defaultDeviceClaim } from './claim-rules.ts';
import { ResourceClaimSpec } from './device-claim.ts';
import { selectorLoading } from './selector-loading.ts';

export const ResourceClaimTemplateSpec = struct('ResourceClaimTemplateSpec', 'A claim to be made for a pod.', {
  metadata: ref(ObjectMeta, 'Labels and annotations of the claim.', { presence: 'filled' }).tag(1).optional(),
  spec: ref(ResourceClaimSpec, 'The devices that are wanted.').tag(2),
});
export type ResourceClaimTemplateSpec = Infer<typeof ResourceClaimTemplateSpec>;

export const ResourceClaimTemplate = topLevel('ResourceClaimTemplate', 'A template of claims, which pods name to get a claim of their own.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(ResourceClaimTemplateSpec, 'The claim. Never changes.').tag(2),
});
export type ResourceClaimTemplate = Infer<typeof ResourceClaimTemplate>;

function validate({ spec }: ResourceClaimTemplate): FieldError[] {
  const errors: FieldError[] = [];
  const path = rootPath('spec');
  if (spec.metadata?.annotations) checkAnnotations(errors, spec.metadata.annotations, childPath(path, 'metadata'), 'annotations');
  if (spec.metadata?.labels) checkLabels(errors, spec.metadata.labels, childPath(path, 'metadata'), 'labels');
  checkDeviceClaim(errors, spec.spec.devices ?? {}, childPath(childPath(path, 'spec'), 'devices'));
  return errors;
}

/** The rules of upstream's pkg/apis/resource/validation. */
const resourceClaimTemplateStrategy: Strategy<ResourceClaimTemplate> = {
  metadataChecks: { onUpdate: ['whole', 'change'] },
  default: ({ spec }) => defaultDeviceClaim(spec.spec.devices),
  validate,
  validateUpdate(template, old) {
    const errors = validate(template);
    if (!semanticEqual(template.spec, old.spec)) {
      const { metadata, spec } = template.spec;
      // Upstream embeds the metadata, which has JSON names.
      errors.push(invalid('spec', { ...metadata, Spec: internalForm(spec, structuralOf(ResourceClaimSpec)) }, IMMUTABLE));
    }
    return errors;
  },
};

export const resourceClaimTemplates = defineKind<ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  namespaced: true,
  schema: ResourceClaimTemplate,
  columns: [nameColumn, ageColumn],
  strategy: resourceClaimTemplateStrategy,
  deletion: { returnsObject: true },
  admission: [selectorLoading('resourceclaimtemplates')],
});
