import { randomUUID } from 'node:crypto';
import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import { errors } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { timeText } from '../../base/clock.ts';
import type { Client, Patch, WatchEvent } from './client.ts';

/**
 * A client over a map, without a server: for tests of parts that need a Client alone.
 * It keeps revisions, watches, preconditions and merge patches; it has no defaults, validation, selectors or grace periods.
 */
export interface MemoryClient extends Client {
  /** Every call so far: `create pods default/a`. */
  readonly calls: readonly string[];
  /** Makes the next call that begins so (`create pods`) throw the error. */
  failNext(call: string, error: Error): void;
  /** Ends all watches. */
  endWatches(): void;
  /** Drops the history: watches from earlier revisions throw Expired. */
  compact(): void;
  /** Handles POSTs to a subresource; without a handler they are refused. */
  onSubresource(plural: string, subresource: string, handle: (key: ObjectKey, body: KubeObject) => Promise<unknown>): void;
}

interface Change {
  readonly kindId: string;
  readonly revision: number;
  readonly event: Extract<WatchEvent<KubeObject>, { object: unknown }>;
}

const idOf = (kind: Kind) => `${kind.group}/${kind.plural}`;

export function createMemoryClient(clock: Clock): MemoryClient {
  const objects = new Map<string, Map<string, Live<KubeObject>>>();
  const history: Change[] = [];
  const listeners = new Set<(change: Change | 'end') => void>();
  const failures: { readonly call: string; readonly error: Error }[] = [];
  const handlers = new Map<string, (key: ObjectKey, body: KubeObject) => Promise<unknown>>();
  const calls: string[] = [];
  let revision = 1;
  let compacted = 0;

  const tableOf = (kind: Kind) => {
    const id = idOf(kind);
    const table = objects.get(id) ?? new Map<string, Live<KubeObject>>();
    objects.set(id, table);
    return table;
  };
  const record = async (verb: string, kind: Kind, key: ObjectKey | undefined, subresource?: string) => {
    const call = `${verb} ${subresource ? `${kind.plural}/${subresource}` : kind.plural}${key ? ` ${keyText(key)}` : ''}`;
    calls.push(call);
    await Promise.resolve();
    const index = failures.findIndex((failure) => call.startsWith(failure.call));
    const [failure] = index < 0 ? [] : failures.splice(index, 1);
    if (failure) throw failure.error;
  };
  const current = (kind: Kind, key: ObjectKey) => {
    const object = tableOf(kind).get(keyText(key));
    if (!object) throw errors.notFound(kind, key.name);
    return object;
  };
  const publish = (kind: Kind, type: Change['event']['type'], object: Live<KubeObject>) => {
    const change: Change = { kindId: idOf(kind), revision, event: { type, object } };
    history.push(change);
    for (const listener of listeners) listener(change);
  };
  const commit = (kind: Kind, object: KubeObject, type: 'ADDED' | 'MODIFIED'): Live<KubeObject> => {
    const key = keyOf(object);
    const live = Object.freeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(++revision) } }) as Live<KubeObject>;
    tableOf(kind).set(keyText(key), live);
    publish(kind, type, live);
    return live;
  };
  const remove = (kind: Kind, object: Live<KubeObject>) => {
    tableOf(kind).delete(keyText(keyOf(object)));
    publish(kind, 'DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(++revision) } });
  };

  // Each object was put in under its kind: the type of the kind is the type of the object.
  const client = {
    calls,
    failNext: (call: string, error: Error) => failures.push({ call, error }),
    endWatches: () => {
      for (const listener of [...listeners]) listener('end');
    },
    compact: () => {
      compacted = revision;
    },
    onSubresource: (plural: string, subresource: string, handle: (key: ObjectKey, body: KubeObject) => Promise<unknown>) =>
      handlers.set(`${plural}/${subresource}`, handle),
    async get(kind: Kind, key: ObjectKey) {
      await record('get', kind, key);
      return current(kind, key);
    },
    async getSubresource(kind: Kind, key: ObjectKey, subresource: string) {
      await record('get', kind, key, subresource);
      const { metadata, ...content } = current(kind, key);
      if (subresource !== 'scale') throw errors.methodNotAllowed(kind, 'get');
      return { metadata, spec: Reflect.get(content, 'spec') };
    },
    async list(kind: Kind, options: { namespace?: string; limit?: number; continue?: string } = {}) {
      await record('list', kind, undefined);
      const all = [...tableOf(kind).values()].filter((object) => options.namespace === undefined || object.metadata.namespace === options.namespace);
      const start = Number(options.continue ?? 0);
      const end = start + (options.limit ?? all.length);
      return { items: all.slice(start, end), resourceVersion: String(revision), ...(end < all.length && { continue: String(end) }) };
    },
    async create(kind: Kind, object: KubeObject) {
      const name = object.metadata?.name ?? `${object.metadata?.generateName ?? ''}${randomUUID().slice(0, 5)}`;
      const metadata = { ...object.metadata, name, uid: randomUUID(), creationTimestamp: timeText(clock.now()) };
      await record('create', kind, { namespace: metadata.namespace ?? '', name });
      if (tableOf(kind).has(keyText(keyOf({ metadata })))) throw errors.alreadyExists(kind, name);
      return commit(kind, { ...object, metadata }, 'ADDED');
    },
    async update(kind: Kind, object: KubeObject, options?: { subresource?: string }) {
      const key = keyOf(object);
      await record('update', kind, key, options?.subresource);
      const old = current(kind, key);
      const expected = object.metadata?.resourceVersion;
      if (expected && expected !== old.metadata.resourceVersion) throw errors.conflict(kind, key.name, 'the object has been modified');
      return commit(kind, { ...object, metadata: { ...old.metadata, ...object.metadata } }, 'MODIFIED');
    },
    async patch(kind: Kind, key: ObjectKey, patch: Patch, options?: { subresource?: string }) {
      await record('patch', kind, key, options?.subresource);
      const old = current(kind, key);
      if (patch.type === 'json') throw errors.badRequest('the memory client knows no JSON patches');
      const { uid, resourceVersion } = ((patch.body ?? {}) as KubeObject).metadata ?? {};
      const lost = (uid && uid !== old.metadata.uid) || (resourceVersion && resourceVersion !== old.metadata.resourceVersion);
      if (lost) throw errors.conflict(kind, key.name, 'the object has been modified');
      return commit(kind, mergePatch(old, patch.body) as KubeObject, 'MODIFIED');
    },
    async delete(kind: Kind, key: ObjectKey, options?: { preconditions?: { uid?: string } }) {
      await record('delete', kind, key);
      const old = current(kind, key);
      const uid = options?.preconditions?.uid;
      if (uid && uid !== old.metadata.uid) throw errors.conflict(kind, key.name, 'the UID differs');
      remove(kind, old);
    },
    async deleteCollection(kind: Kind, options: { namespace?: string } = {}) {
      await record('deletecollection', kind, undefined);
      for (const object of [...tableOf(kind).values()]) {
        if (options.namespace === undefined || object.metadata.namespace === options.namespace) remove(kind, object);
      }
    },
    async createSubresource(kind: Kind, key: ObjectKey, subresource: string, body: KubeObject) {
      await record('create', kind, key, subresource);
      const handle = handlers.get(`${kind.plural}/${subresource}`);
      if (!handle) throw errors.methodNotAllowed(kind, 'create');
      return handle(key, body);
    },
    async watch(
      kind: Kind,
      options: { namespace?: string; resourceVersion: string },
      onEvent: (event: WatchEvent<KubeObject>) => void,
      signal: AbortSignal,
    ) {
      await record('watch', kind, undefined);
      const since = Number(options.resourceVersion);
      if (since < compacted) throw errors.expired(`too old resource version: ${since} (${compacted})`);
      const id = idOf(kind);
      const concerns = ({ kindId, event }: Change) =>
        kindId === id && (options.namespace === undefined || event.object.metadata.namespace === options.namespace);
      for (const change of history) if (concerns(change) && change.revision > since) onEvent(change.event);
      await new Promise<void>((resolve) => {
        const listener = (change: Change | 'end') => {
          if (change === 'end') return finish();
          if (concerns(change)) onEvent(change.event);
        };
        const finish = () => {
          listeners.delete(listener);
          signal.removeEventListener('abort', finish);
          resolve();
        };
        listeners.add(listener);
        signal.addEventListener('abort', finish, { once: true });
        if (signal.aborted) finish();
      });
    },
  };
  return client as MemoryClient;
}

/** A JSON merge patch (RFC 7386); lists of objects with a `type` (conditions) are merged by it, as a strategic patch does. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (Array.isArray(patch)) return mergeByType(target, patch);
  if (typeof patch !== 'object' || patch === null) return patch;
  const result: Record<string, unknown> = typeof target === 'object' && target !== null ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

const typeOf = (value: unknown) => (typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined);

const replaces = (item: unknown) => typeof item === 'object' && item !== null && '$patch' in item && item.$patch === 'replace';

function mergeByType(target: unknown, patch: readonly unknown[]): unknown {
  if (patch.some(replaces)) return patch.filter((item) => !replaces(item));
  if (patch.length === 0 || patch.some((item) => typeOf(item) === undefined)) return patch;
  const old: readonly unknown[] = Array.isArray(target) ? target : [];
  return [
    ...old.map((item) => {
      const change = patch.find((other) => typeOf(other) === typeOf(item));
      return change === undefined ? item : mergePatch(item, change);
    }),
    ...patch.filter((item) => !old.some((other) => typeOf(other) === typeOf(item))),
  ];
}
