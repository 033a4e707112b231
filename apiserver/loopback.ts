import type { Kind } from '../api/definition/kind.ts';
import { pathOf } from '../api/definition/kind.ts';
import type { DeleteOptions } from '../api/meta/delete-options.ts';
import type { KubeObject, Live, ObjectKey } from '../api/meta/object.ts';
import { keyOf } from '../api/meta/object.ts';
import type { Status } from '../api/meta/status.ts';
import { errors, StatusError } from '../api/meta/status-error.ts';
import type { Clock } from '../base/clock.ts';
import type { Client, ListOptions, ObjectList, Patch, WatchEvent, WatchOptions, WriteOptions } from '../runtime/client/client.ts';
import type { CacheItem } from './contract/cache.ts';
import type { ChangeType, Result, WatchPlan } from './contract/call.ts';
import type { ApiRequest, UserInfo } from './contract/request.ts';
import type { Pipeline } from './stages/pipeline.ts';

const BOOKMARK_MS = 60_000;
const NO_QUERY = new URLSearchParams();
const NEVER = new AbortController().signal;

const MEDIA_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/**
 * A client in the server's own process: the same stages, no HTTP, no parsing; objects and events are the cache's own. Its writes are tracked
 * under the component's name.
 */
export function createLoopback(pipeline: Pipeline, user: UserInfo, clock: Clock, component = componentOf(user)): Client {
  const headers = { 'user-agent': component };
  async function execute(request: Pick<ApiRequest, 'method' | 'path'> & Partial<ApiRequest>): Promise<Result> {
    const result = await pipeline.execute({ query: NO_QUERY, headers, signal: NEVER, user, ...request });
    // Most answers are objects of this process; the bytes are those of another server.
    return result.type === 'raw' && result.response.body.kind !== 'object' ? (await import('./foreign-answer.ts')).parsedAnswer(result) : result;
  }

  async function object<T extends KubeObject>(request: Parameters<typeof execute>[0]): Promise<Live<T>> {
    return objectOf<Live<T>>(await execute(request));
  }

  const write =
    (method: string) =>
    async <T extends KubeObject>(kind: Kind<T>, body: T, options: WriteOptions = {}) => {
      const { namespace, name } = keyOf(body);
      const path = pathOf(kind, namespace, method === 'POST' && options.subresource === undefined ? undefined : name, options.subresource);
      return object<T>({ method, path, query: writeQuery(options), body: { object: body } });
    };

  return {
    get: (kind, key) => object({ method: 'GET', path: pathOf(kind, key.namespace, key.name) }),
    async getSubresource<R>(kind: Kind, key: ObjectKey, subresource: string, query?: Readonly<Record<string, string>>) {
      const parameters = query ? { query: new URLSearchParams(query) } : {};
      return objectOf<R>(await execute({ method: 'GET', path: pathOf(kind, key.namespace, key.name, subresource), ...parameters }));
    },
    create: write('POST'),
    update: write('PUT'),
    patch<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, patch: Patch, options: WriteOptions = {}) {
      const query = writeQuery(options, patch.type === 'apply' && patch.force === true);
      const body = { object: patch.type === 'json' ? patch.operations : patch.body };
      return object<T>({
        method: 'PATCH',
        path: pathOf(kind, key.namespace, key.name, options.subresource),
        query,
        headers: { ...headers, 'content-type': MEDIA_TYPES[patch.type] },
        body,
      });
    },
    async list<T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
      const result = await execute({ method: 'GET', path: pathOf(kind, options.namespace), query: listQuery(options) });
      if (result.type === 'raw') return listOf<T>(objectOf(result));
      if (result.type !== 'list') throw errors.internal('a list was not answered by a list');
      const { items, served, revision } = result;
      return {
        items: items.map((item) => served(item).object as Live<T>),
        resourceVersion: String(revision),
        ...(result.continue === '' ? {} : { continue: result.continue }),
      };
    },
    async delete(kind, key, options) {
      succeeded(await execute({ method: 'DELETE', path: pathOf(kind, key.namespace, key.name), ...deleteBody(options) }));
    },
    async deleteCollection(kind, options = {}, deleteOptions) {
      succeeded(await execute({ method: 'DELETE', path: pathOf(kind, options.namespace), query: listQuery(options), ...deleteBody(deleteOptions) }));
    },
    async createSubresource<R>(kind: Kind, key: ObjectKey, subresource: string, body: KubeObject) {
      return objectOf<R>(await execute({ method: 'POST', path: pathOf(kind, key.namespace, key.name, subresource), body: { object: body } }));
    },
    async watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions, onEvent: (event: WatchEvent<T>) => void, signal: AbortSignal) {
      const query = listQuery(options);
      query.set('watch', 'true');
      if (options.allowWatchBookmarks) query.set('allowWatchBookmarks', 'true');
      if (options.timeoutSeconds !== undefined) query.set('timeoutSeconds', String(options.timeoutSeconds));
      const result = await pipeline.execute({ method: 'GET', path: pathOf(kind, options.namespace), query, headers, user, signal });
      if (result.type === 'raw') return (await import('./foreign-answer.ts')).followAnswer(result, kind, onEvent, signal);
      if (result.type !== 'watch') throw errors.internal('a watch was not answered by a watch');
      await follow(result.plan, onEvent, signal, clock);
      result.ended?.();
    },
  };
}

/** The component that a user stands for: `system:kube-scheduler` for kube-scheduler, a node's user for its kubelet. */
const componentOf = ({ name }: UserInfo): string => (name.startsWith('system:node:') ? 'kubelet' : name.slice(name.lastIndexOf(':') + 1));

function follow<T extends KubeObject>(plan: WatchPlan, onEvent: (event: WatchEvent<T>) => void, signal: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    let unsubscribe = () => {};
    let cancel = () => {};
    const end = () => {
      unsubscribe();
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const deliver = (type: ChangeType, item: CacheItem) => onEvent({ type, object: plan.served(item).object as Live<T> });
    for (const item of plan.initial) deliver('ADDED', item);
    unsubscribe = plan.subscribe({ change: deliver, broken: end });
    signal.addEventListener('abort', end);
    if (!plan.bookmarks) return;
    const bookmark = () => {
      onEvent({ type: 'BOOKMARK', resourceVersion: String(plan.delivered()) });
      cancel = clock.after(BOOKMARK_MS, bookmark);
    };
    cancel = clock.after(BOOKMARK_MS, bookmark);
  });
}

/** @throws StatusError for a failure that came as a response. */
function succeeded(result: Result): void {
  if (result.type !== 'raw' || result.response.status < 400) return;
  const { status, body } = result.response;
  throw body.kind === 'object' ? StatusError.fromStatus(body.object as Status) : errors.internal(`the server answered ${status}`);
}

/** The object of an answer; a failure that came as a response is thrown. */
function objectOf<R>(result: Result): R {
  succeeded(result);
  if (result.type === 'object') return result.object as R;
  if (result.type === 'raw' && result.response.body.kind === 'object') return result.response.body.object as R;
  throw errors.internal('the answer holds no object');
}

/** The list of another server. */
function listOf<T extends KubeObject>(list: {
  items?: readonly Live<T>[];
  metadata?: { resourceVersion?: string; continue?: string };
}): ObjectList<T> {
  const { resourceVersion = '', continue: rest = '' } = list.metadata ?? {};
  return { items: list.items ?? [], resourceVersion, ...(rest === '' ? {} : { continue: rest }) };
}

function writeQuery({ fieldManager, dryRun }: WriteOptions, force = false): URLSearchParams {
  if (fieldManager === undefined && !dryRun && !force) return IGNORE_UNKNOWN;
  const query = new URLSearchParams(IGNORE_UNKNOWN);
  if (fieldManager !== undefined) query.set('fieldManager', fieldManager);
  if (dryRun) query.set('dryRun', 'All');
  if (force) query.set('force', 'true');
  return query;
}

/** In process the types have been checked already. */
const IGNORE_UNKNOWN = new URLSearchParams({ fieldValidation: 'Ignore' });

function listQuery(options: ListOptions): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of ['labelSelector', 'fieldSelector', 'continue', 'resourceVersion'] as const) {
    const value = options[name];
    if (value !== undefined && value !== '') query.set(name, value);
  }
  if (options.limit !== undefined) query.set('limit', String(options.limit));
  return query;
}

const deleteBody = (options: DeleteOptions | undefined): Partial<ApiRequest> => (options === undefined ? {} : { body: { object: options } });
