import { encodeDefinitionV2, encodePathV2, encodeV2 } from '../documents/gnostic/v2.ts';
import type { RemoteDocument, RemotePath } from './remote-openapi.ts';
import { ownKey } from './remote-openapi.ts';

type Json = Readonly<Record<string, unknown>>;

const REF = '#/definitions/';
const REFERENCE = /"\$ref":"#\/definitions\/([^"]+)"/g;

/** Returns the index of OpenAPI v3 with the documents of other servers: an own document gives way to that of the server that has claimed its version. */
export function mergeIndex(text: string, remote: ReadonlyMap<string, RemotePath>, isOwn: (key: string, path: RemotePath) => boolean): string {
  const index = JSON.parse(text) as { readonly paths: Readonly<Record<string, unknown>> };
  const paths: Record<string, unknown> = { ...index.paths };
  for (const [key, path] of remote) {
    if (key in paths && !isOwn(key, path)) continue;
    paths[key] = { serverRelativeURL: path.serverRelativeURL };
  }
  return JSON.stringify({ ...index, paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))) });
}

/** The part of a document that concerns one version: its paths, and the definitions that these lead to. */
function partOf({ group, version, document }: RemoteDocument): { paths: Record<string, Json>; definitions: Record<string, Json> } {
  const prefix = `/${ownKey({ group, version })}/`;
  const paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => path.startsWith(prefix)));
  const definitions: Record<string, Json> = {};
  const pending: unknown[] = [paths];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    for (const name of refsIn(value)) {
      const definition = document.definitions[name];
      if (!definition || name in definitions) continue;
      definitions[name] = definition;
      pending.push(definition);
    }
  }
  return { paths, definitions };
}

/** The names of the definitions that a value refers to. */
const refsIn = (value: unknown): string[] => [...JSON.stringify(value).matchAll(REFERENCE)].map(([, name = '']) => name);

/** A text of JSON that grows: our own document, whose parts are found without parsing megabytes. */
interface Local {
  /** Whether the document has this path. */
  hasPath(path: string): boolean;
  /** Whether the document has a definition of this name that is the same, another one, or none. */
  definition(name: string, json: string): 'same' | 'other' | 'none';
}

const PATHS = '"paths":{';
const DEFINITIONS = '"definitions":{';
const keyText = (key: string): string => `${JSON.stringify(key)}:`;

function localOf(text: string, pathsAt: number, definitionsAt: number): Local {
  const find = (key: string, from: number) => text.indexOf(`${keyText(key)}{`, from);
  return {
    hasPath(path) {
      const at = find(path, pathsAt);
      return at >= 0 && (definitionsAt < pathsAt || at < definitionsAt);
    },
    definition(name, json) {
      const at = find(name, definitionsAt);
      if (at < 0) return 'none';
      return text.startsWith(json, at + keyText(name).length) ? 'same' : 'other';
    },
  };
}

const referencesTo = (json: string, names: ReadonlyMap<string, string>): string =>
  names.size === 0 ? json : json.replace(REFERENCE, (whole: string, name: string) => (names.has(name) ? `"$ref":"${REF}${names.get(name)}"` : whole));

/** Members of an object as they stand in JSON, each followed by a comma unless nothing follows. */
function inserted(text: string, at: number, members: readonly string[]): string {
  if (members.length === 0) return text;
  const comma = text[at] === '}' ? '' : ',';
  return `${text.slice(0, at)}${members.join()}${comma}${text.slice(at)}`;
}

/** Paths and definitions to be added to a document, as JSON. */
export interface Additions {
  readonly paths: ReadonlyMap<string, string>;
  readonly definitions: ReadonlyMap<string, string>;
}

/** The places at which the members of `paths` and of `definitions` begin. @throws Error if there are none. */
function placesIn(text: string): { readonly pathsAt: number; readonly definitionsAt: number } {
  const pathsAt = text.indexOf(PATHS) + PATHS.length;
  const definitionsAt = text.indexOf(DEFINITIONS, pathsAt) + DEFINITIONS.length;
  if (pathsAt < PATHS.length || definitionsAt < DEFINITIONS.length) throw new Error('the OpenAPI document has no paths or no definitions');
  return { pathsAt, definitionsAt };
}

/**
 * Returns the parts that a document of OpenAPI v2 lacks of the versions that other servers serve. A path that is there stays; a definition that
 * is there under the same name, and is another one, has a namesake `NAME_v2` beside it (k8s.io/kube-openapi/pkg/aggregator). `text` is JSON with
 * the members `paths` and `definitions`, each before any other member of that name.
 */
export function additionsTo(text: string, remote: readonly RemoteDocument[]): Additions {
  const { pathsAt, definitionsAt } = placesIn(text);
  const local = localOf(text, pathsAt, definitionsAt);
  const paths = new Map<string, string>();
  const definitions = new Map<string, string>();
  const stateOf = (name: string, json: string): 'same' | 'other' | 'none' => {
    const added = definitions.get(name);
    if (added !== undefined) return added === json ? 'same' : 'other';
    return local.definition(name, json);
  };
  for (const document of remote) {
    const part = partOf(document);
    const names = new Map<string, string>();
    for (const [name, definition] of Object.entries(part.definitions)) {
      const json = JSON.stringify(definition);
      let free = name;
      for (let number = 2; stateOf(free, json) === 'other'; number++) free = `${name}_v${number}`;
      if (free !== name) names.set(name, free);
    }
    for (const [name, definition] of Object.entries(part.definitions)) {
      const own = names.get(name) ?? name;
      const json = referencesTo(JSON.stringify(definition), names);
      if (stateOf(own, JSON.stringify(definition)) !== 'same') definitions.set(own, json);
    }
    for (const [path, item] of Object.entries(part.paths))
      if (!paths.has(path) && !local.hasPath(path)) paths.set(path, referencesTo(JSON.stringify(item), names));
  }
  return { paths, definitions };
}

/** Returns the document with what `additionsTo` says that it lacks. */
export function mergeV2(text: string, remote: readonly RemoteDocument[]): string {
  const { paths, definitions } = additionsTo(text, remote);
  const { pathsAt, definitionsAt } = placesIn(text);
  const members = (map: ReadonlyMap<string, string>) => [...map].map(([key, json]) => keyText(key) + json);
  // The later place is inserted at first, so that the earlier one stays where it is.
  return inserted(inserted(text, definitionsAt, members(definitions)), pathsAt, members(paths));
}

/** Returns the Protobuf form of the same: to put two messages one after the other is to merge them. `text` is the JSON form of the document. */
export function mergeV2Protobuf(document: Buffer, text: string, remote: readonly RemoteDocument[]): Buffer {
  const { paths, definitions } = additionsTo(text, remote);
  // The head of a document is there already.
  const [, ...parts] = encodeV2(
    {},
    [...paths].map(([path, json]) => encodePathV2(path, JSON.parse(json))),
    [...definitions].map(([name, json]) => encodeDefinitionV2(name, JSON.parse(json))),
  );
  return Buffer.concat([document, ...parts]);
}
