import { createHash } from 'node:crypto';
import type { Result } from '../contract/call.ts';
import type { ApiRequest, ApiResponse, UserInfo } from '../contract/request.ts';
import type { RouteHandler } from '../contract/route.ts';
import type { RemoteVersions } from './discovery-controller.ts';
import type { AggregatedGroup, ListedGroup } from './merged-discovery.ts';
import { mergeAggregated, mergeGroup, mergeGroupList } from './merged-discovery.ts';
import { mergeIndex, mergeV2, mergeV2Protobuf } from './merged-openapi.ts';
import type { RemoteOpenApi } from './remote-openapi.ts';

export interface MergedDocumentsOptions {
  readonly versions: RemoteVersions;
  readonly openApi: RemoteOpenApi;
}

/** Answers requests for documents that say what the server serves, with what other servers serve for it; undefined if there is none at the path. */
export type ServeMerged = (request: ApiRequest, user: UserInfo, route: RouteHandler | undefined) => Promise<Result | undefined>;

/** A document that has been merged, until one of its sources changes. */
interface Merged {
  readonly local: string;
  readonly remote: unknown;
  readonly body: string | Buffer;
  readonly etag: string;
}

const hashed = (text: string | Buffer): string => createHash('sha512').update(text).digest('hex').toUpperCase();

/** The bytes of an answer that is complete. */
function bytesOf({ body }: ApiResponse): Buffer {
  if (body.kind === 'object') return Buffer.from(body.json());
  const parts: Buffer[] = [];
  if (body.kind === 'text') for (const part of body.parts) parts.push(typeof part === 'string' ? Buffer.from(part) : part);
  return Buffer.concat(parts);
}

const typeOf = ({ headers }: ApiResponse): string => String(headers['content-type'] ?? '');
const isJson = (response: ApiResponse): boolean => typeOf(response).startsWith('application/json');
const isProtobuf = (response: ApiResponse): boolean => typeOf(response).endsWith('+protobuf');

/** Merges the server's own documents with those of others. A merge is made once for each state of its sources and media type. */
export function createMergedDocuments({ versions, openApi }: MergedDocumentsOptions): ServeMerged {
  const made = new Map<string, Merged>();

  /** The document at `path` after a merge. */
  function merge(path: string, type: string, text: string | undefined): string | undefined {
    if (path === '/openapi/v2') return text === undefined ? undefined : mergeV2(text, openApi.documents);
    if (path === '/openapi/v3') return text === undefined ? undefined : mergeIndex(text, openApi.paths, openApi.isOwn);
    const remote = versions.current;
    if (path !== '/apis') {
      const name = path.slice('/apis/'.length);
      const local = text === undefined ? undefined : (JSON.parse(text) as ListedGroup);
      if (!local && !remote.some(({ group }) => group === name)) return undefined;
      return JSON.stringify({ kind: 'APIGroup', apiVersion: 'v1', ...mergeGroup(name, local, remote) });
    }
    if (text === undefined) return undefined;
    if (!type.includes('as=APIGroupDiscoveryList')) {
      const list = JSON.parse(text) as { readonly groups: readonly ListedGroup[] };
      return JSON.stringify({ ...list, groups: mergeGroupList(list.groups, remote) });
    }
    const list = JSON.parse(text) as { readonly items: readonly AggregatedGroup[] };
    return JSON.stringify({ ...list, items: mergeAggregated(list.items, remote) });
  }

  /** Returns what was merged last if its sources are the same, otherwise what `make` makes. */
  async function merged(
    path: string,
    type: string,
    local: ApiResponse | undefined,
    make: () => Promise<string | Buffer | undefined>,
  ): Promise<Merged | undefined> {
    const remote = path === '/openapi/v2' ? openApi.documents : path === '/openapi/v3' ? openApi.paths : versions.current;
    const tag = String(local?.headers.etag ?? '');
    const key = `${path} ${type}`;
    const known = made.get(key);
    if (known && tag !== '' && known.local === tag && known.remote === remote) return known;
    const body = await make();
    if (body === undefined) return undefined;
    const now: Merged = { local: tag, remote, body, etag: `"${hashed(body)}"` };
    made.set(key, now);
    return now;
  }

  return async (request, user, route) => {
    const { 'if-none-match': ifNoneMatch, ...headers } = request.headers;
    const { method, query, signal } = request;
    const path = request.path.length > 1 && request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
    const ask = (wanted: typeof headers) => route?.handle({ method, path, query, headers: wanted, signal }, user);
    const local = await ask(headers);
    const isDocument = !local || isJson(local) || (path === '/openapi/v2' && isProtobuf(local));
    if (local && (local.status !== 200 || !isDocument)) return { type: 'raw', response: local };
    const type = local ? typeOf(local) : 'application/json';
    const make = async () => {
      if (!local || isJson(local)) return merge(path, type, local && bytesOf(local).toString());
      const json = await ask({ ...headers, accept: 'application/json' });
      return json && mergeV2Protobuf(bytesOf(local), bytesOf(json).toString(), openApi.documents);
    };
    const document = method === 'GET' || method === 'HEAD' ? await merged(path, type, local, make) : undefined;
    if (!document) return local && { type: 'raw', response: local };
    const { etag: _, ...kept } = local?.headers ?? {};
    const all = { vary: 'Accept', ...kept, 'content-type': type, etag: document.etag };
    if (ifNoneMatch === document.etag) return { type: 'raw', response: { status: 304, headers: all, body: { kind: 'none' } } };
    return { type: 'raw', response: { status: 200, headers: all, body: { kind: 'text', parts: [document.body] } } };
  };
}
