import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import { keyText } from '../../api/meta/object.ts';
import { isExpired, isNotFound } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { ObjectSource } from '../contract/object-source.ts';

/**
 * Follows single objects while pods use them: one watch an object, by name, so that a node reads only what its pods may read
 * and holds no more than that.
 */
export interface ObjectCache extends ObjectSource {
  /** Follows an object until it has been released as often; `onChange` is called when it changes, appears or goes. */
  retain(kind: Kind, key: ObjectKey): void;
  release(kind: Kind, key: ObjectKey): void;
}

interface Entry {
  users: number;
  /** Undefined until the first list. */
  state: { readonly object: Live<KubeObject> | undefined } | undefined;
  readonly first: Promise<void>;
  readonly abort: AbortController;
}

const RETRY_MS = 1_000;

export interface ObjectCacheOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChange: (kind: Kind, key: ObjectKey) => void;
  readonly signal: AbortSignal;
}

export function createObjectCache({ client, clock, log, onChange, signal }: ObjectCacheOptions): ObjectCache {
  const entries = new Map<string, Entry>();
  const idOf = (kind: Kind, key: ObjectKey) => `${kind.group}/${kind.plural}/${keyText(key)}`;

  const follow = async (kind: Kind, key: ObjectKey, entry: Omit<Entry, 'first'>, markFirst: () => void) => {
    const selection = { namespace: key.namespace, fieldSelector: `metadata.name=${key.name}` };
    const stop = AbortSignal.any([entry.abort.signal, signal]);
    let revision: string | undefined;
    const show = (object: Live<KubeObject> | undefined) => {
      const changed = entry.state !== undefined && entry.state.object?.metadata.resourceVersion !== object?.metadata.resourceVersion;
      entry.state = { object };
      if (changed) onChange(kind, key);
    };
    while (!stop.aborted) {
      try {
        if (revision === undefined) {
          const list = await client.list<KubeObject>(kind, selection);
          revision = list.resourceVersion;
          show(list.items[0]);
          markFirst();
        }
        await client.watch<KubeObject>(
          kind,
          { ...selection, resourceVersion: revision, allowWatchBookmarks: true },
          (event) => {
            revision = event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
            if (event.type !== 'BOOKMARK') show(event.type === 'DELETED' ? undefined : event.object);
          },
          stop,
        );
      } catch (error) {
        if (stop.aborted) return;
        if (isExpired(error)) revision = undefined;
        else log.debug({ err: error, object: idOf(kind, key) }, 'following an object failed');
        await sleep(clock, RETRY_MS, stop);
      }
    }
  };

  return {
    async get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey) {
      const entry = entries.get(idOf(kind, key));
      // The kind in the entry's name is the kind of its object.
      if (entry?.state) return entry.state.object as Live<T> | undefined;
      try {
        return await client.get(kind, key);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    retain(kind, key) {
      const id = idOf(kind, key);
      const known = entries.get(id);
      if (known) {
        known.users++;
        return;
      }
      let markFirst = () => {};
      const first = new Promise<void>((resolve) => {
        markFirst = resolve;
      });
      const entry: Entry = { users: 1, state: undefined, first, abort: new AbortController() };
      entries.set(id, entry);
      void follow(kind, key, entry, markFirst);
    },
    release(kind, key) {
      const id = idOf(kind, key);
      const entry = entries.get(id);
      if (!entry || --entry.users > 0) return;
      entries.delete(id);
      entry.abort.abort();
    },
  };
}

/** Without following anything: for simulated nodes. */
export function directSource(client: Client): ObjectSource {
  return {
    async get(kind, key) {
      try {
        return await client.get(kind, key);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
  };
}
