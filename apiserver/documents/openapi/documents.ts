import type { KindDefinition } from '../../../api/definition/kind.ts';
import { Scale } from '../../../api/kinds/autoscaling/scale.ts';
import { DeleteOptions } from '../../../api/meta/delete-options.ts';
import { ListMeta, ObjectMeta } from '../../../api/meta/object-meta.ts';
import { Status } from '../../../api/meta/status.ts';
import { GIT_VERSION } from '../../../api/meta/version.ts';
import type { StructuralSchema } from '../../../api/schema/structural.ts';
import { structuralOf } from '../../../api/schema/structural.ts';
import type { OperationStyle } from './paths.ts';
import { pathsOf } from './paths.ts';
import type { Dialect, Json, SchemaWriter } from './schema-document.ts';
import { scalarDocument, schemaWriter, V2, V3 } from './schema-document.ts';
import type { SchemaNames } from './schema-names.ts';
import { kindSchemaName, metaName } from './schema-names.ts';

const SCALE = 'io.k8s.api.autoscaling.v1.Scale';

/** Every structure that the kinds reach, and what goes with each kind: its lists, options and answers. */
function schemas(kinds: readonly KindDefinition[], writer: SchemaWriter, dialect: Dialect): Json {
  const done = new Map<string, Json>();
  const add = (name: string, schema: StructuralSchema, more: Json = {}) => done.set(name, { ...writer.body(schema), ...more });
  const gvk = ({ group, version, kind }: KindDefinition, suffix = '') => ({
    'x-kubernetes-group-version-kind': [{ group, kind: kind + suffix, version }],
  });
  for (const kind of kinds) {
    const name = kindSchemaName(kind);
    done.set(name, kind.structural ? customBody(kind.structural, writer, gvk(kind)) : { ...writer.body(structuralOf(kind.schema)), ...gvk(kind) });
    if (kind.verbs.includes('list')) done.set(`${name}List`, listBody(kind, name, writer, gvk(kind, 'List')));
    if (kind.subresources.some((sub) => sub.kind === 'Scale')) {
      add(SCALE, structuralOf(Scale), { 'x-kubernetes-group-version-kind': [{ group: 'autoscaling', kind: 'Scale', version: 'v1' }] });
    }
  }
  add(metaName('Status'), structuralOf(Status), { 'x-kubernetes-group-version-kind': [{ group: '', kind: 'Status', version: 'v1' }] });
  add(metaName('DeleteOptions'), structuralOf(DeleteOptions));
  add(metaName('ObjectMeta'), structuralOf(ObjectMeta));
  add(metaName('ListMeta'), structuralOf(ListMeta));
  done.set(metaName('Patch'), { description: 'A patch, in one of the forms that the content type may name.', type: 'object' });
  for (let [next] = writer.pending; next; [next] = writer.pending) {
    const [name, schema] = next;
    writer.pending.delete(name);
    if (!done.has(name)) done.set(name, writer.body(schema));
  }
  for (const name of writer.scalars) done.set(name, scalarDocument(name, dialect));
  return Object.fromEntries([...done].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const TYPE_FIELDS: Json = {
  apiVersion: { description: 'Group and version of the schema that this object is written in.', type: 'string' },
  kind: { description: 'Name of the resource type that this object is of, in CamelCase.', type: 'string' },
};

/** Custom resources have apiVersion, kind and metadata, though their schemas need not say so. */
function customBody(schema: StructuralSchema, writer: SchemaWriter, more: Json): Json {
  const body = writer.body(schema);
  const properties = typeof body.properties === 'object' ? body.properties : {};
  const metadata = writer.reference(metaName('ObjectMeta'), { description: 'Identity of the object.' });
  return { ...body, properties: { ...TYPE_FIELDS, ...properties, metadata }, ...more };
}

function listBody(kind: KindDefinition, name: string, writer: SchemaWriter, more: Json): Json {
  return {
    description: `A list of ${kind.kind} objects.`,
    type: 'object',
    required: ['items'],
    properties: {
      ...TYPE_FIELDS,
      items: { description: 'The objects.', type: 'array', items: writer.reference(name) },
      metadata: writer.reference(metaName('ListMeta'), { description: 'What the list says of itself.' }),
    },
    ...more,
  };
}

const INFO = { title: 'Kubernetes', version: GIT_VERSION };

const styleV3: OperationStyle = {
  schema: (name) => ({ $ref: V3.root + name }),
  body: (schema, types) => ({ requestBody: { content: Object.fromEntries(types.map((type) => [type, { schema }])), required: true } }),
  answer: (schema, description) => ({ description, content: { 'application/json': { schema } } }),
  parameter: (name, where, type, description) => ({
    name,
    in: where,
    description,
    schema: { type, ...(where === 'query' ? { uniqueItems: true } : {}) },
    ...(where === 'path' ? { required: true } : {}),
  }),
};

const styleV2: OperationStyle = {
  schema: (name) => ({ $ref: V2.root + name }),
  body: (schema, types) => ({ parameters: [{ name: 'body', in: 'body', required: true, schema }], consumes: types }),
  answer: (schema, description) => ({ description, schema }),
  parameter: (name, where, type, description) => ({
    name,
    in: where,
    description,
    type,
    ...(where === 'path' ? { required: true } : { uniqueItems: true }),
  }),
};

const allPaths = (kinds: readonly KindDefinition[], style: OperationStyle): Json => Object.assign({}, ...kinds.map((kind) => pathsOf(kind, style)));

/** The OpenAPI 3.0 document of one group version's kinds. */
export function documentV3(kinds: readonly KindDefinition[], names: SchemaNames): Json {
  const writer = schemaWriter(V3, names);
  return { openapi: '3.0.0', info: INFO, paths: allPaths(kinds, styleV3), components: { schemas: schemas(kinds, writer, V3) } };
}

/** The OpenAPI 2.0 document of all kinds. */
export function documentV2(kinds: readonly KindDefinition[], names: SchemaNames): Json {
  const writer = schemaWriter(V2, names);
  return { swagger: '2.0', info: INFO, paths: allPaths(kinds, styleV2), definitions: schemas(kinds, writer, V2) };
}
