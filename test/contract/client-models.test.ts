import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { KindDefinition } from '../../api/definition/kind.ts';
import * as api from '../../api/kinds/index.ts';
import { kinds } from '../../api/kinds/index.ts';
import type { StructuralSchema } from '../../api/schema/structural.ts';
import { structuralOf } from '../../api/schema/structural.ts';

/** An attribute of a model of the official client library, whose models are generated from upstream's OpenAPI document. */
interface Attribute {
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

const folder = join(dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node')), 'gen/models');
const exists = (model: string): boolean => existsSync(join(folder, `${model}.js`));

async function attributesOf(model: string): Promise<readonly Attribute[]> {
  const module: Record<string, { getAttributeTypeMap(): Attribute[] }> = await import(join(folder, `${model}.js`));
  return module[model]!.getAttributeTypeMap();
}

/** Returns the required fields, which only the library's declarations tell. */
function requiredOf(model: string): ReadonlySet<string> {
  const text = readFileSync(join(folder, `${model}.d.ts`), 'utf8');
  return new Set([...text.matchAll(/^ {4}'([^']+)': /gm)].map(([, name]) => name!));
}

const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** A class is called by version and kind: `V1Pod`; where two groups share the name, the first label of the group precedes it: `EventsV1Event`. */
function modelOf({ group, version, kind }: KindDefinition): string {
  const plain = `${capitalized(version)}${kind}`;
  const grouped = `${capitalized(group === '' ? 'core' : (group.split('.')[0] ?? ''))}${plain}`;
  return exists(grouped) ? grouped : plain;
}

/** The type in the client's terms. */
function typeOf(schema: StructuralSchema): string {
  switch (schema.format) {
    case 'date-time':
      return 'Date';
    case 'date-time-micro':
      return 'V1MicroTime';
    case 'int-or-string':
      return 'IntOrString';
  }
  switch (schema.type) {
    case 'integer':
    case 'number':
      return `number:${schema.format}`;
    case 'string':
      return schema.format === 'byte' ? 'string:byte' : 'string:';
    case 'boolean':
      return 'boolean:';
    case 'array':
      return `Array<${typeOf(schema.items!)}>`;
    case 'object':
      return schema.properties ? 'object' : `map<${typeOf(schema.additionalProperties as StructuralSchema)}>`;
    default:
      return 'any';
  }
}

function clientType(type: string, format: string): { readonly type: string; readonly model?: string } {
  const array = /^Array<(.*)>$/.exec(type);
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  const inner = array?.[1] ?? map?.[1];
  if (inner !== undefined) {
    const item = clientType(inner, format);
    return { ...item, type: array ? `Array<${item.type}>` : `map<${item.type}>` };
  }
  if (['string', 'number', 'boolean'].includes(type)) return { type: `${type}:${format}` };
  if (type === 'any' || type === 'Date' || type === 'IntOrString' || type === 'V1MicroTime') return { type };
  return exists(type) ? { type: 'object', model: type } : { type };
}

/** Returns the structure below arrays and maps. */
function structureIn(schema: StructuralSchema): StructuralSchema {
  if (schema.items) return structureIn(schema.items);
  return typeof schema.additionalProperties === 'object' ? structureIn(schema.additionalProperties) : schema;
}

/** Fields whose type differs from the library's, with the reason. */
const KNOWN: ReadonlySet<string> = new Set([
  // The library has `any` for JSON Schema's union types and for Go's empty structures.
  'V1JSONSchemaProps.additionalItems',
  'V1JSONSchemaProps.additionalProperties',
  'V1CustomResourceSubresources.status',
  'V1JSONSchemaProps.items',
]);

async function compare(schema: StructuralSchema, model: string, seen: Set<string>, faults: string[]): Promise<void> {
  if (seen.has(model)) return;
  seen.add(model);
  const required = requiredOf(model);
  const attributes = await attributesOf(model);
  for (const { baseName, type, format } of attributes) {
    const property = schema.properties?.get(baseName);
    const where = `${model}.${baseName}`;
    if (!property) {
      faults.push(`${where} is missing`);
      continue;
    }
    const theirs = clientType(type, format);
    if (property.required !== required.has(baseName)) faults.push(`${where} must ${required.has(baseName) ? '' : 'not '}be required`);
    if (!KNOWN.has(where) && typeOf(property.schema) !== theirs.type) faults.push(`${where} is ${typeOf(property.schema)}, must be ${theirs.type}`);
    if (theirs.model) await compare(structureIn(property.schema), theirs.model, seen, faults);
  }
  const names = new Set(attributes.map(({ baseName }) => baseName));
  for (const name of schema.properties?.keys() ?? []) if (!names.has(name)) faults.push(`${model}.${name} does not exist upstream`);
}

describe('kinds have every field of the client library, with its type', () => {
  it.each(kinds.filter((kind) => exists(modelOf(kind))).map((kind) => [modelOf(kind), kind] as const))('%s', async (model, kind) => {
    const faults: string[] = [];
    await compare(structuralOf(kind.schema), model, new Set(), faults);
    expect(faults).toEqual([]);
  });

  it('all kinds of versions that upstream still serves are in the library, but those of metrics-server', () => {
    const others = ['v1beta2 Deployment', 'v1beta1 NodeMetrics', 'v1beta1 PodMetrics'];
    expect(kinds.filter((kind) => !exists(modelOf(kind))).map(({ version, kind }) => `${version} ${kind}`)).toEqual(others);
  });

  it('all schemas are exported by name, for tsc to compare their types', () => {
    const exported = new Set<unknown>(Object.values(api));
    expect(kinds.filter(({ schema }) => !exported.has(schema)).map(({ kind }) => kind)).toEqual([]);
  });

  /** Upstream has no words for it either: it belongs to an embedded structure. The same goes for fields of JSON Schema. */
  const UNDESCRIBED = new Set(['IngressRule.http']);

  it('every field says what it is for', () => {
    const silent: string[] = [];
    const seen = new Set<StructuralSchema>();
    const visit = (schema: StructuralSchema): void => {
      const node = structureIn(schema);
      if (seen.has(node)) return;
      seen.add(node);
      if (node.properties && !node.description) silent.push(node.title ?? '?');
      for (const { name, description, schema: field } of node.properties?.values() ?? []) {
        if (!description && !UNDESCRIBED.has(`${node.title}.${name}`) && node.title !== 'JSONSchemaProps') silent.push(`${node.title}.${name}`);
        visit(field);
      }
    };
    for (const kind of kinds) visit(structuralOf(kind.schema));
    expect(silent).toEqual([]);
  });
});
