import type { KindDefinition } from '../../../api/definition/kind.ts';
import { kinds as builtInKinds } from '../../../api/kinds/index.ts';
import { DeleteOptions } from '../../../api/meta/delete-options.ts';
import { APIGroup, APIGroupList, APIResourceList, APIVersions } from '../../../api/meta/discovery.ts';
import { ListMeta, ObjectMeta } from '../../../api/meta/object-meta.ts';
import { Status } from '../../../api/meta/status.ts';
import { VersionInfo } from '../../../api/meta/version-info.ts';
import { WatchEvent } from '../../../api/meta/watch-event.ts';
import type { Field } from '../../../api/schema/fields.ts';
import type { StructuralSchema } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';
import { withoutV3Features } from './custom-schema.ts';
import type { Dialect, Json, SchemaWriter } from './schema-document.ts';
import { scalarDocument, schemaWriter, TYPE_FIELDS } from './schema-document.ts';
import type { SchemaNames } from './schema-names.ts';
import { kindSchemaName, LIST_META, metaName, OBJECT_META, packageOf, VERSION_INFO } from './schema-names.ts';

interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

const CORE: GroupVersion = { group: '', version: 'v1' };

/** The structures that answers and bodies are made of beside the kinds. `everywhere`: every group version has them as a kind of its own. */
const META: readonly { readonly schema: Field; readonly name: string; readonly kind?: string; readonly everywhere?: true }[] = [
  { schema: ObjectMeta, name: OBJECT_META },
  { schema: ListMeta, name: LIST_META },
  { schema: Status, name: metaName('Status'), kind: 'Status' },
  { schema: DeleteOptions, name: metaName('DeleteOptions'), kind: 'DeleteOptions', everywhere: true },
  { schema: WatchEvent, name: metaName('WatchEvent'), kind: 'WatchEvent', everywhere: true },
  { schema: APIVersions, name: metaName('APIVersions'), kind: 'APIVersions' },
  { schema: APIGroup, name: metaName('APIGroup'), kind: 'APIGroup' },
  { schema: APIGroupList, name: metaName('APIGroupList'), kind: 'APIGroupList' },
  { schema: APIResourceList, name: metaName('APIResourceList'), kind: 'APIResourceList' },
  { schema: VersionInfo, name: VERSION_INFO },
];

const gvk = (kind: string, ...of: readonly GroupVersion[]): Json => ({
  'x-kubernetes-group-version-kind': of.map(({ group, version }) => ({ group, kind, version })),
});

/** The schemas of a document, by name. */
export interface Definitions {
  /** Yields the schemas that these names stand for, and all that they refer to, each once, in no particular order. */
  collect(names: Iterable<string>): Generator<readonly [name: string, schema: Json]>;
}

/** Writes the schemas of kinds down; `versions` are the group versions of the document. */
export function definitionsOf(
  kinds: readonly KindDefinition[],
  versions: readonly GroupVersion[],
  names: SchemaNames,
  dialect: Dialect,
): Definitions {
  const writer = schemaWriter(dialect, names);
  const makers = new Map<string, () => Json>();
  const add = (name: string, make: () => Json) => makers.set(name, make);
  for (const kind of kinds) {
    const name = kindSchemaName(kind);
    const { structural } = kind;
    add(name, () =>
      structural
        ? customBody(structural, writer, { ...gvk(kind.kind, kind), ...selectableFields(kind) })
        : { ...writer.body(structuralOf(kind.schema)), ...gvk(kind.kind, kind) },
    );
    if (kind.verbs.includes('list')) add(`${name}List`, () => listBody(kind, name, writer));
    for (const { group = '', version, kind: other, schema } of kind.subresources) {
      if (!schema || version === undefined || other === undefined) continue;
      add(`${packageOf(group, version)}.${other}`, () => ({ ...writer.body(structuralOf(schema)), ...gvk(other, { group, version }) }));
    }
  }
  for (const { schema, name, kind, everywhere } of META) {
    const others = everywhere ? versions.filter(({ group }) => group !== '') : [];
    add(name, () => ({ ...writer.body(structuralOf(schema)), ...(kind === undefined ? {} : gvk(kind, CORE, ...others)) }));
  }
  add(metaName('Patch'), () => ({ description: 'A patch, in one of the forms that the content type may name.', type: 'object' }));

  return {
    *collect(roots) {
      const done = new Set<string>();
      const todo = [...roots];
      for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
        if (done.has(name)) continue;
        done.add(name);
        const make = makers.get(name) ?? other(name);
        yield [name, make()];
        todo.push(...writer.pending.keys(), ...writer.scalars, ...writer.referred);
        writer.referred.clear();
        for (const [reference, schema] of writer.pending) {
          if (!makers.has(reference) && !builtInKind(reference)) add(reference, () => writer.body(schema));
        }
        writer.pending.clear();
        writer.scalars.clear();
      }
    },
  };

  function other(name: string): () => Json {
    const kind = builtInKind(name);
    return kind ? () => ({ ...writer.body(structuralOf(kind.schema)), ...gvk(kind.kind, kind) }) : () => scalarDocument(name, dialect);
  }
}

const builtInKind = (name: string): KindDefinition | undefined => builtInKinds.find((kind) => kindSchemaName(kind) === name);

/**
 * Custom resources have apiVersion, kind and metadata, though their schemas need not say so. In OpenAPI v2 a resource that keeps unknown fields
 * has no properties at all: kubectl would refuse all others.
 */
function customBody(schema: StructuralSchema, writer: SchemaWriter, more: Json): Json {
  const isV2 = writer.dialect.version === 2;
  if (isV2 && schema['x-kubernetes-preserve-unknown-fields']) return { type: 'object', ...more };
  const body = writer.body(isV2 ? withoutV3Features(schema) : schema);
  const properties = typeof body.properties === 'object' ? body.properties : {};
  return { ...body, properties: { ...properties, ...writer.objectFields() }, ...more };
}

/** The fields of a custom resource that lists and watches may select by. */
function selectableFields({ structural, strategy }: KindDefinition): Json {
  const fields = structural ? Object.keys(strategy.selectableFields ?? {}) : [];
  return fields.length > 0 ? { 'x-kubernetes-selectable-fields': fields.map((fieldPath) => ({ fieldPath })) } : {};
}

function listBody(kind: KindDefinition, name: string, writer: SchemaWriter): Json {
  const filled = writer.dialect.version === 3 && !kind.structural ? { default: {} } : {};
  return {
    description: `A list of ${kind.kind} objects.`,
    type: 'object',
    required: ['items'],
    properties: {
      ...TYPE_FIELDS,
      items: { description: 'The objects.', type: 'array', items: writer.reference(name, {}) },
      metadata: writer.reference(LIST_META, { description: 'Facts of the list itself.', ...filled }),
    },
    ...gvk(`${kind.kind}List`, kind),
    ...selectableFields(kind),
  };
}
