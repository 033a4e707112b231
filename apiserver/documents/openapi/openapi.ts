import { createHash } from 'node:crypto';
import type { KindDefinition } from '../../../api/definition/kind.ts';
import { documentV2, documentV3 } from './documents.ts';
import type { Json } from './schema-document.ts';
import { schemaNames } from './schema-names.ts';

export interface OpenApiOptions {
  /** Returns the kinds that are served now; called at each request. */
  readonly kinds: () => readonly KindDefinition[];
  /** Of the program: part of the hashes, so that clients fetch anew after an upgrade. */
  readonly version?: string;
}

export interface OpenApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface OpenApi {
  /**
   * Answers `/openapi/v2`, `/openapi/v3` and `/openapi/v3/{api/v1,apis/GROUP/VERSION}`; undefined for all other paths.
   * `accept` is the request's header; `hash` names the document of a group version that is wanted: it never changes, and may be kept
   * for good; another one is redirected to. Documents are JSON alone: who takes only protobuf gets 406, and kubectl then does without.
   */
  handle(path: string, accept?: string, hash?: string): OpenApiAnswer | undefined;
}

interface Group {
  readonly path: string;
  readonly kinds: readonly KindDefinition[];
  readonly hash: string;
  document?: string;
}

interface Index {
  readonly groups: ReadonlyMap<string, Group>;
  readonly body: string;
}

const FOR_GOOD = 'public, immutable, max-age=31536000';
const urlOf = ({ path, hash }: Group): string => `/openapi/v3/${path}?hash=${hash}`;

const sha = (text: string): string => createHash('sha512').update(text).digest('hex').slice(0, 128).toUpperCase();

/** Documents are made when they are first asked for and kept until the kinds of their group version change. */
export function createOpenApi({ kinds, version = '' }: OpenApiOptions): OpenApi {
  let known: readonly KindDefinition[] = [];
  let index: Index | undefined;
  let v2: string | undefined;

  const current = (): Index => {
    const now = kinds();
    if (index && sameKinds(now, known)) return index;
    index = buildIndex(now, version, index);
    known = now.slice();
    v2 = undefined;
    return index;
  };

  return {
    handle(path, accept = '', hash = '') {
      const clean = path.replace(/\?.*$/s, '');
      if (clean !== '/openapi/v2' && clean !== '/openapi/v3' && !clean.startsWith('/openapi/v3/')) return undefined;
      const { groups, body } = current();
      const group = groups.get(clean.slice('/openapi/v3/'.length));
      if (clean.startsWith('/openapi/v3/') && !group) return undefined;
      if (!takesJson(accept))
        return { status: 406, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'only application/json can be served\n' };
      if (clean === '/openapi/v3') return json(body);
      if (group) {
        if (hash !== '' && hash !== group.hash) return { status: 301, headers: { location: urlOf(group), vary: 'Accept' }, body: '' };
        group.document ??= JSON.stringify(documentV3(group.kinds, schemaNames(known)));
        return json(group.document, { etag: `"${group.hash}"`, ...(hash === '' ? {} : { 'cache-control': FOR_GOOD }) });
      }
      v2 ??= JSON.stringify(documentV2(known, schemaNames(known)));
      return json(v2);
    },
  };
}

const json = (body: string, more: Record<string, string> = {}): OpenApiAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json', vary: 'Accept', ...more },
  body,
});

function takesJson(accept: string): boolean {
  if (accept === '') return true;
  return accept.split(',').some((part) => /^\s*(?:application\/json|application\/\*|\*\/\*)\s*(?:;|$)/i.test(part));
}

const sameKinds = (a: readonly KindDefinition[], b: readonly KindDefinition[]): boolean =>
  a.length === b.length && a.every((kind, i) => kind === b[i]);

function buildIndex(kinds: readonly KindDefinition[], version: string, before: Index | undefined): Index {
  const byPath = new Map<string, KindDefinition[]>();
  for (const kind of kinds) {
    const path = kind.group === '' ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`;
    const list = byPath.get(path);
    if (list) list.push(kind);
    else byPath.set(path, [kind]);
  }
  const groups = new Map<string, Group>();
  const paths: Json = {};
  for (const path of [...byPath.keys()].sort()) {
    const own = byPath.get(path) ?? [];
    const old = before?.groups.get(path);
    const group = old && sameKinds(old.kinds, own) ? old : newGroup(path, own, kinds, version);
    groups.set(path, group);
    paths[path] = { serverRelativeURL: urlOf(group) };
  }
  return { groups, body: JSON.stringify({ paths }) };
}

/**
 * Built-in kinds change with the program alone: the hash of their document needs no document. Custom ones change as users please, and are small.
 */
function newGroup(path: string, kinds: readonly KindDefinition[], all: readonly KindDefinition[], version: string): Group {
  if (kinds.every((kind) => kind.structural === undefined))
    return { path, kinds, hash: sha(`${version}\n${path}\n${kinds.map((kind) => kind.plural).join()}`) };
  const document = JSON.stringify(documentV3(kinds, schemaNames(all)));
  return { path, kinds, hash: sha(document), document };
}
