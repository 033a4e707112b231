import type { Strategy } from '../../definition/strategy.ts';
import type { KubeObject } from '../../meta/object.ts';
import type { FieldError } from '../../schema/field-error.ts';
import { duplicate, required } from '../../schema/field-error.ts';

/** Checks the conditions of a status: each has a type, and none has that of another. */
export function conditionFaults(conditions: readonly { readonly type?: string | undefined }[] | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  conditions?.forEach(({ type = '' }, index) => {
    const field = `status.conditions[${index}].type`;
    if (seen.has(type)) errors.push(duplicate(field, type));
    seen.add(type);
    if (type === '') errors.push(required(field));
  });
  return errors;
}

interface WithStatus<S> extends KubeObject {
  spec?: S | undefined;
  status?: { conditions?: { type?: string | undefined }[] | undefined } | undefined;
}

/** The rules that both kinds have: a status is written by itself, and changes no label and no annotation, as those of most other kinds may. */
export function statusRules<S, T extends WithStatus<S>>() {
  return {
    generation: 'content',
    metadataChecks: { onUpdate: ['whole'] },
    prepareForCreate(object: T) {
      object.status = {};
    },
    prepareForUpdate(object: T, old: T) {
      object.status = old.status;
    },
    prepareForStatusUpdate(object: T, old: T) {
      object.metadata = { ...old.metadata, managedFields: object.metadata?.managedFields };
      object.spec = old.spec;
    },
    validateStatusUpdate: ({ status }: T) => conditionFaults(status?.conditions),
  } satisfies Partial<Strategy<T>>;
}
