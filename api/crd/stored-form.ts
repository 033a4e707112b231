import { canonicalJson } from '../../base/json.ts';
import { customReader } from '../definition/custom-decode.ts';
import type { StoredReading } from '../definition/kind.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../kinds/apiextensions/custom-resource-definition/index.ts';
import type { KubeObject } from '../meta/object.ts';
import { defaulterOf } from '../schema/defaults.ts';
import type { StructuralSchema } from '../schema/structural.ts';

type Change = (object: KubeObject) => KubeObject;

/**
 * Returns the reading of stored objects: each is pruned and gets its defaults by the schema of the version that it was stored in, and is then
 * pruned by that of the version whose form is kept.
 */
export function customReading(
  { spec: { group, versions } }: CustomResourceDefinition,
  storedVersion: string,
  structuralOf: (version: CustomResourceDefinitionVersion) => StructuralSchema,
): StoredReading {
  const readers = new Map<string, Change>();
  const stored = versions.find(({ name }) => name === storedVersion);

  function readerOf(apiVersion: string): Change {
    const known = readers.get(apiVersion);
    if (known) return known;
    const version = versions.find(({ name }) => `${group}/${name}` === apiVersion) ?? stored;
    const reader = version ? readingBy(structuralOf(version)) : (object: KubeObject) => object;
    const prune = version && stored && version !== stored ? prunedBy(structuralOf(stored), structuralOf(version)) : undefined;
    const read: Change = prune ? (object) => prune(reader(object)) : reader;
    readers.set(apiVersion, read);
    return read;
  }

  return {
    // Descriptions and printer columns do not matter; telling them apart is not worth the walk.
    id: canonicalJson(versions.map(({ name, schema }) => [name, schema])),
    read: (object) => readerOf(object.apiVersion ?? '')(object),
    prune: (object) => (stored ? readerOf(`${group}/${storedVersion}`)(object) : object),
  };
}

function readingBy(schema: StructuralSchema): Change {
  const reader = customReader(schema);
  const addDefaults = defaulterOf(schema);
  return (object) => {
    const read = reader.read(object);
    addDefaults(read);
    return read;
  };
}

/** Returns the pruning of objects that fit one schema by another. Nothing is to be done if the schemas are the same. */
export function prunedBy(schema: StructuralSchema, from: StructuralSchema): Change {
  if (sameSchema(schema, from)) return (object) => object;
  const reader = customReader(schema);
  return (object) => reader.read(object);
}

/** Whether two schemas name the same fields. */
function sameSchema(a: StructuralSchema | undefined, b: StructuralSchema | undefined): boolean {
  if (a === b) return true;
  if (!a || !b) return false;
  if (a['x-kubernetes-preserve-unknown-fields'] !== b['x-kubernetes-preserve-unknown-fields'] || a.nullable !== b.nullable) return false;
  if (a['x-kubernetes-embedded-resource'] !== b['x-kubernetes-embedded-resource'] || (a.default === undefined) !== (b.default === undefined))
    return false;
  const [left, right] = [a.additionalProperties, b.additionalProperties];
  if (typeof left === 'object' && typeof right === 'object' ? !sameSchema(left, right) : left !== right) return false;
  if (!sameSchema(a.items, b.items) || (a.properties?.size ?? 0) !== (b.properties?.size ?? 0)) return false;
  for (const { name, schema } of a.properties?.values() ?? []) {
    const other = b.properties?.get(name)?.schema;
    if (!other || !sameSchema(schema, other)) return false;
  }
  return true;
}
