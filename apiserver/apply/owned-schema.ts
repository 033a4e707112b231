import { codecOf } from '../../api/definition/codec.ts';
import type { KindDefinition } from '../../api/definition/kind.ts';
import { ObjectMeta } from '../../api/meta/object-meta.ts';
import type { Property, StructuralSchema } from '../../api/schema/structural.ts';
import { structuralOf } from '../../api/schema/structural.ts';
import { oncePer } from '../../base/once-per.ts';

/**
 * Returns the schema by which the fields of a kind's objects are merged and owned. A custom resource, and a resource embedded in it, has the
 * metadata of built-in kinds, whatever its definition says of it (apiextensions-apiserver/pkg/controller/openapi/builder).
 */
export const ownedSchemaOf = oncePer((kind: KindDefinition): StructuralSchema => {
  const { structural } = codecOf(kind);
  return kind.structural ? withMetadata(withEmbedded(structural)) : structural;
});

function withMetadata(schema: StructuralSchema): StructuralSchema {
  const metadata: Property = { name: 'metadata', schema: structuralOf(ObjectMeta), required: false };
  return { ...schema, properties: new Map(schema.properties).set(metadata.name, metadata) };
}

/** Gives embedded resources their metadata. Parts without such resources stay the same. */
function withEmbedded(schema: StructuralSchema): StructuralSchema {
  const { properties, items, additionalProperties: values } = schema;
  const nextProperties = properties && withEmbeddedBelow(properties);
  const nextItems = items && withEmbedded(items);
  const nextValues = typeof values === 'object' ? withEmbedded(values) : values;
  const isSame = nextProperties === properties && nextItems === items && nextValues === values;
  const next: StructuralSchema = isSame
    ? schema
    : {
        ...schema,
        ...(nextProperties ? { properties: nextProperties } : {}),
        ...(nextItems ? { items: nextItems } : {}),
        ...(nextValues === undefined ? {} : { additionalProperties: nextValues }),
      };
  return schema['x-kubernetes-embedded-resource'] ? withMetadata(next) : next;
}

function withEmbeddedBelow(properties: ReadonlyMap<string, Property>): ReadonlyMap<string, Property> {
  let changed: Map<string, Property> | undefined;
  for (const [name, property] of properties) {
    const schema = withEmbedded(property.schema);
    if (schema === property.schema) continue;
    changed ??= new Map(properties);
    changed.set(name, { ...property, schema });
  }
  return changed ?? properties;
}
