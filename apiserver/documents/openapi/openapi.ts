import { createHash } from 'node:crypto';
import type { KindDefinition } from '../../../api/definition/kind.ts';
import { nextTurn } from '../../../base/next-turn.ts';
import { encodeDefinitionV2, encodePathV2, encodeV2 } from '../gnostic/v2.ts';
import { encodeV3 } from '../gnostic/v3.ts';
import type { DocumentPart, DocumentSource } from './documents.ts';
import { documentPart, INFO, wholeV3 } from './documents.ts';
import { fixedDocuments } from './fixed-documents.ts';
import type { Representation } from './representation.ts';
import { V2, V3 } from './schema-document.ts';
import type { SchemaNames } from './schema-names.ts';
import { schemaNames } from './schema-names.ts';

export interface OpenApiOptions {
  /** Returns the kinds that are served now; called at each request. */
  readonly kinds: () => readonly KindDefinition[];
  /** Of the program: part of the hashes, so that clients fetch anew after an upgrade. */
  readonly version?: string;
}

/** A document in one representation. */
export interface Document {
  readonly parts: readonly Buffer[];
  /** Hexadecimal digits. */
  readonly hash: string;
}

/**
 * The documents of the kinds that are served. They are made when they are first asked for, in turns with other work, and kept until the kinds of
 * their group version change.
 */
export interface OpenApi {
  /** Returns `/openapi/v3`: the paths of the documents with their hashes. */
  index(): Promise<string>;
  /** Returns the document at a path below `/openapi/v3/`, or undefined if there is none. The hash of a document is that of its JSON. */
  group(path: string, form: Representation['form']): Promise<Document | undefined>;
  /** Returns the document of all kinds. */
  whole(form: Representation['form']): Promise<Document>;
}

/** The document of a group version, or of a fixed path, with what has been made of it. */
interface Group extends DocumentSource {
  readonly path: string;
  hash?: string;
  v3?: Promise<Buffer>;
  v3Protobuf?: Promise<Buffer>;
  v2?: Promise<FragmentsV2>;
  v2Protobuf?: Promise<FragmentsV2>;
}

/** The part of a group in the document of all kinds. Definitions that several groups have are written once. */
interface FragmentsV2 {
  readonly paths: readonly Buffer[];
  readonly definitions: ReadonlyMap<string, Buffer>;
}

const sha = (...texts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha512');
  for (const text of texts) hash.update(text);
  return hash.digest('hex').toUpperCase();
};

async function inTurns<T>(steps: Generator<undefined, T>): Promise<T> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    await nextTurn();
  }
}

const versionsOf = (kinds: readonly KindDefinition[]) => [
  ...new Map(kinds.map(({ group, version }) => [`${group}/${version}`, { group, version }] as const)).values(),
];

export function createOpenApi({ kinds, version = '' }: OpenApiOptions): OpenApi {
  let known: readonly KindDefinition[] = [];
  let groups: ReadonlyMap<string, Group> | undefined;
  let names: SchemaNames | undefined;
  let whole: Partial<Record<Representation['form'], Promise<Document>>> = {};
  let index: Promise<string> | undefined;

  function current(): ReadonlyMap<string, Group> {
    const now = kinds();
    if (groups && sameKinds(now, known)) return groups;
    groups = groupsOf(now, groups);
    known = now.slice();
    whole = {};
    index = undefined;
    names = undefined;
    return groups;
  }

  const currentNames = (): SchemaNames => {
    names ??= schemaNames(known);
    return names;
  };

  const part = (group: Group, dialect: typeof V2): Promise<DocumentPart> =>
    inTurns(
      documentPart(
        group,
        dialect.version === 3 ? versionsOf(group.kinds) : versionsOf(known.filter(({ structural }) => !structural)),
        currentNames(),
        dialect,
      ),
    );

  async function makeV3(group: Group): Promise<Buffer> {
    const document = Buffer.from(JSON.stringify(wholeV3(await part(group, V3))));
    await nextTurn();
    return document;
  }

  const jsonOf = (group: Group): Promise<Buffer> => {
    group.v3 ??= makeV3(group);
    return group.v3;
  };

  const protobufOf = (group: Group): Promise<Buffer> => {
    group.v3Protobuf ??= part(group, V3).then((made) => encodeV3(wholeV3(made)));
    return group.v3Protobuf;
  };

  /**
   * Returns the hash of a document. Built-in kinds change with the program alone, so that theirs needs no document; custom ones change as users
   * please.
   */
  async function hashOf(group: Group): Promise<string> {
    if (group.hash !== undefined) return group.hash;
    const isBuiltIn = group.kinds.every(({ structural }) => structural === undefined);
    group.hash = isBuiltIn ? sha(`${version}\n${group.path}\n${group.kinds.map(({ plural }) => plural).join()}`) : sha(await jsonOf(group));
    return group.hash;
  }

  async function makeIndex(all: ReadonlyMap<string, Group>): Promise<string> {
    const paths: Record<string, { serverRelativeURL: string }> = {};
    for (const path of [...all.keys()].sort()) {
      const group = all.get(path);
      if (group) paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${await hashOf(group)}` };
    }
    return JSON.stringify({ paths });
  }

  function fragmentsOf(group: Group, form: Representation['form']): Promise<FragmentsV2> {
    if (form === 'json') {
      group.v2 ??= part(group, V2).then((made) => fragments(made, member, member));
      return group.v2;
    }
    group.v2Protobuf ??= part(group, V2).then((made) => fragments(made, encodePathV2, encodeDefinitionV2));
    return group.v2Protobuf;
  }

  async function makeWhole(all: ReadonlyMap<string, Group>, form: Representation['form']): Promise<Document> {
    const paths: Buffer[] = [];
    const definitions = new Map<string, Buffer>();
    for (const path of [...all.keys()].sort()) {
      const group = all.get(path);
      if (!group) continue;
      const made = await fragmentsOf(group, form);
      paths.push(...made.paths);
      for (const [name, definition] of made.definitions) if (!definitions.has(name)) definitions.set(name, definition);
      await nextTurn();
    }
    const schemas = [...definitions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, definition]) => definition);
    const parts = form === 'json' ? joinedV2(paths, schemas) : encodeV2(INFO, paths, schemas);
    return { parts, hash: sha(...parts) };
  }

  return {
    index() {
      const all = current();
      index ??= makeIndex(all);
      return index;
    },
    async group(path, form) {
      const group = current().get(path);
      if (!group) return undefined;
      const hash = await hashOf(group);
      return { parts: [await (form === 'json' ? jsonOf(group) : protobufOf(group))], hash };
    },
    whole(form) {
      const all = current();
      const made = whole[form] ?? makeWhole(all, form);
      whole[form] = made;
      return made;
    },
  };
}

const member = (name: string, value: unknown): Buffer => Buffer.from(`${JSON.stringify(name)}:${JSON.stringify(value)}`);

function fragments({ paths, schemas }: DocumentPart, path: typeof member, definition: typeof member): FragmentsV2 {
  return {
    paths: Object.entries(paths).map(([name, item]) => path(name, item)),
    definitions: new Map(Object.entries(schemas).map(([name, schema]) => [name, definition(name, schema)])),
  };
}

const COMMA = Buffer.from(',');

/** Puts the members of the paths and definitions together to one document in JSON. */
function joinedV2(paths: readonly Buffer[], definitions: readonly Buffer[]): readonly Buffer[] {
  const joined = (members: readonly Buffer[]) => Buffer.concat(members.flatMap((each, i) => (i === 0 ? [each] : [COMMA, each])));
  const head = JSON.stringify({ swagger: '2.0', info: INFO });
  return [Buffer.from(`${head.slice(0, -1)},"paths":{`), joined(paths), Buffer.from('},"definitions":{'), joined(definitions), Buffer.from('}}')];
}

const sameKinds = (a: readonly KindDefinition[], b: readonly KindDefinition[]): boolean =>
  a.length === b.length && a.every((kind, i) => kind === b[i]);

/** Groups the kinds by the paths of their documents; those of groups that have not changed are kept. */
function groupsOf(kinds: readonly KindDefinition[], before: ReadonlyMap<string, Group> | undefined): ReadonlyMap<string, Group> {
  const byPath = new Map<string, KindDefinition[]>();
  for (const kind of kinds) {
    const path = kind.group === '' ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`;
    byPath.set(path, [...(byPath.get(path) ?? []), kind]);
  }
  const groups = new Map<string, Group>();
  for (const { path, paths } of fixedDocuments(kinds)) groups.set(path, before?.get(path) ?? { path, kinds: [], paths });
  for (const [path, own] of byPath) {
    const old = before?.get(path);
    groups.set(path, old && sameKinds(old.kinds, own) ? old : { path, kinds: own });
  }
  return groups;
}
