import type { KindDefinition } from '../../../api/definition/kind.ts';
import { GIT_VERSION } from '../../../api/meta/version.ts';
import { compareTexts } from '../../../base/sort-steps.ts';
import type { Definitions } from './definitions.ts';
import { definitionsOf } from './definitions.ts';
import { writerV2, writerV3 } from './operation.ts';
import { pathsOf, resourcesPath } from './paths.ts';
import type { Dialect, Json } from './schema-document.ts';
import type { SchemaNames } from './schema-names.ts';

export const INFO = { title: 'Kubernetes', version: GIT_VERSION };

/** The part of a document that one group version, or one fixed path, contributes. */
export interface DocumentPart {
  readonly paths: Json;
  readonly schemas: Json;
}

/** The operations that a document is made of. */
export interface DocumentSource {
  readonly kinds: readonly KindDefinition[];
  /** Paths that belong to no kind. */
  readonly paths?: (dialect: Dialect) => Json;
}

/**
 * Makes the part of a document step by step, so that others can have their turn in between; `versions` are the group versions of the whole
 * document.
 */
export function* documentPart(
  { kinds, paths: more }: DocumentSource,
  versions: readonly { readonly group: string; readonly version: string }[],
  names: SchemaNames,
  dialect: Dialect,
): Generator<undefined, DocumentPart> {
  const writer = dialect.version === 3 ? writerV3 : writerV2;
  const paths: Json = { ...more?.(dialect) };
  const [first] = kinds;
  if (first && !first.structural) Object.assign(paths, resourcesPath(first, writer));
  for (const kind of kinds) {
    Object.assign(paths, pathsOf(kind, writer));
    yield;
  }
  const schemas = new Map<string, Json>();
  yield* collected(definitionsOf(kinds, versions, names, dialect), referencesIn(paths, dialect), schemas);
  return { paths: sorted(Object.entries(paths)), schemas: sorted([...schemas]) };
}

/** The schemas that are written between two turns. */
const STEP = 20;

function* collected(definitions: Definitions, roots: Iterable<string>, into: Map<string, Json>): Generator<undefined> {
  for (const [name, schema] of definitions.collect(roots)) {
    into.set(name, schema);
    if (into.size % STEP === 0) yield;
  }
}

const sorted = (entries: readonly (readonly [string, unknown])[]): Json => Object.fromEntries([...entries].sort(([a], [b]) => compareTexts(a, b)));

/** Collects the names of the schemas that a value refers to. */
function referencesIn(value: unknown, dialect: Dialect, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, item] of Object.entries(value)) {
    if (key === '$ref' && typeof item === 'string') found.add(item.slice(dialect.root.length));
    else referencesIn(item, dialect, found);
  }
  return found;
}

export const wholeV3 = ({ paths, schemas }: DocumentPart): Json => ({ openapi: '3.0.0', info: INFO, paths, components: { schemas } });
