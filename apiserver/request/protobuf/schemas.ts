import { apiVersionOf } from '../../../api/definition/kind.ts';
import { kinds } from '../../../api/kinds/index.ts';
import { DeleteOptions } from '../../../api/meta/delete-options.ts';
import { discoveryStructures } from '../../../api/meta/discovery.ts';
import { PartialObjectMetadata } from '../../../api/meta/partial-object-metadata.ts';
import { Status } from '../../../api/meta/status.ts';
import type { Field } from '../../../api/schema/fields.ts';
import type { StructuralSchema } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';

let fields: ReadonlyMap<string, Field> | undefined;

/** Lists what can stand alone in a Protobuf body, by `apiVersion kind`: the kinds, and the objects of their subresources. */
function fieldsByKind(): ReadonlyMap<string, Field> {
  const found = new Map<string, Field>();
  for (const definition of kinds) {
    for (const { group = '', version, kind, schema } of definition.subresources) {
      const apiVersion = apiVersionOf(version === undefined ? definition : { group, version });
      if (schema) found.set(`${apiVersion} ${kind ?? definition.kind}`, schema);
    }
    found.set(`${apiVersionOf(definition)} ${definition.kind}`, definition.schema);
  }
  found.set('v1 Status', Status);
  found.set('meta.k8s.io/v1 Status', Status);
  for (const version of ['v1', 'v1beta1']) found.set(`meta.k8s.io/${version} PartialObjectMetadata`, PartialObjectMetadata);
  for (const [type, structure] of discoveryStructures) found.set(type, structure);
  return found;
}

/** Returns the schema of an object that can stand alone in a Protobuf body; undefined if it has no such form. */
export function protobufSchema(apiVersion: string, kind: string): StructuralSchema | undefined {
  // Clients send it with the version of any group.
  if (kind === 'DeleteOptions') return structuralOf(DeleteOptions);
  fields ??= fieldsByKind();
  const field = fields.get(`${apiVersion} ${kind}`);
  return field && structuralOf(field);
}
