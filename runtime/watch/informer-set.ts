import type { Kind } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import { keyOf, keyText } from '../../api/meta/object.ts';
import { Stopped } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { nextTurn } from '../../base/next-turn.ts';
import type { Random } from '../../base/random.ts';
import type { Client } from '../client/client.ts';
import type { Informer, Informers } from './informer.ts';
import type { Change } from './informer-handlers.ts';
import { createHandlers } from './informer-handlers.ts';
import { createObjectCache } from './object-cache.ts';
import { runWatcher } from './watcher.ts';
import type { Delivery, Pages } from './watcher-state.ts';

export interface InformerSetOptions {
  readonly client: Client;
  /** Reads metadata alone (`createMetadataClient`). Default: nothing is read in part. */
  readonly metadata?: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends all of them. */
  readonly signal: AbortSignal;
  readonly random?: Random;
  /** Limits namespaced kinds to these namespaces, each with a list and a watch of its own. Default: all. */
  readonly namespaces?: readonly string[];
}

/** A selection of a kind's objects, for an informer of its own. */
export interface InformerSelection {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Limits the time for which handlers receive a list before the event loop gets its turn. */
const SLICE_MS = 8;

/** Creates the informers of a process. Each starts in the microtask after its first use, so that indexes and handlers can be attached first. */
export function createInformers(options: InformerSetOptions): Informers {
  const { metadata } = options;
  const whole = informersOver(options);
  const partial = metadata && informersOver({ ...options, client: metadata });
  return {
    of: whole.of,
    metadataOf: (kind) => partial?.get(kind) ?? (partial && whole.get(kind) === undefined ? partial.of(kind) : whole.of(kind)),
    drop(kind) {
      whole.drop(kind);
      partial?.drop(kind);
    },
  };
}

/** The informers over one client, by their kinds. */
function informersOver(options: InformerSetOptions) {
  const informers = new Map<string, { readonly informer: Informer; end(): void }>();
  const idOf = ({ group, version, plural }: Kind) => `${group}/${version}/${plural}`;
  return {
    of<T extends KubeObject>(kind: Kind<T>): Informer<T> {
      const id = idOf(kind);
      let entry = informers.get(id);
      if (!entry) {
        const life = new AbortController();
        const signal = AbortSignal.any([options.signal, life.signal]);
        entry = { informer: createInformer(kind, { ...options, signal }), end: () => life.abort(new Stopped('shutdown')) };
        informers.set(id, entry);
      }
      return entry.informer as Informer<T>; // The id names the kind, and the kind its objects' type.
    },
    get: (kind: Kind): Informer | undefined => informers.get(idOf(kind))?.informer,
    drop(kind: Kind): void {
      informers.get(idOf(kind))?.end();
      informers.delete(idOf(kind));
    },
  };
}

/** Creates an informer that is not shared: for a selection of the objects (a node's pods), or to follow a kind apart from the others. */
export function createInformer<T extends KubeObject>(kind: Kind<T>, options: InformerSetOptions, selection: InformerSelection = {}): Informer<T> {
  const { client, clock, signal, random } = options;
  const log = options.log.child({ informer: kind.kind });
  const cache = createObjectCache<T>();
  const handlers = createHandlers<T>(log);
  // With undefined, all namespaces in one watch.
  const scopes: readonly (string | undefined)[] = kind.namespaced && options.namespaces?.length ? options.namespaces : [undefined];
  const listed = new Set<string | undefined>();
  let synced = false;
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });

  const deliver = (delivery: Delivery<T>, scope: string | undefined): Promise<void> | void => {
    if (delivery.type === 'replace') return replace(delivery.pages, scope);
    if (delivery.type === 'delete') {
      const old = cache.delete(keyOf(delivery.object));
      if (old) handlers.tellAll({ type: 'delete', object: delivery.object });
      return;
    }
    try {
      const change = put(delivery.object);
      if (change) handlers.tellAll(change);
    } catch (error) {
      // Only an index function can throw here. The caller (the API server itself, in one process) must not fail because of it.
      log.error({ err: error, name: delivery.object.metadata.name }, 'an index function threw');
    }
  };
  const put = (object: Live<T>): Change<T> | undefined => {
    const old = cache.put(object);
    if (!old) return { type: 'add', object, initial: !synced };
    if (old.metadata.resourceVersion === object.metadata.resourceVersion && old.metadata.uid === object.metadata.uid) return undefined;
    return { type: 'update', object, old };
  };
  const replace = async (pages: Pages<T>, scope: string | undefined): Promise<void> => {
    const before = scope === undefined ? cache.all() : cache.inNamespace(scope);
    const gone = new Map(before.map((object) => [keyText(keyOf(object)), object]));
    const changes: Change<T>[] = [];
    let sliceStart = clock.monotonic();
    for (const page of pages) {
      for (const object of page) {
        gone.delete(keyText(keyOf(object)));
        const change = put(object);
        if (change) changes.push(change);
      }
    }
    for (const object of gone.values()) {
      cache.delete(keyOf(object));
      changes.push({ type: 'delete', object });
    }
    // A handler attached from here on sees the new list at once; only those attached before receive the difference.
    const listeners = handlers.snapshot();
    for (const change of changes) {
      for (const handler of listeners()) handlers.tell(handler, change);
      if (clock.monotonic() - sliceStart < SLICE_MS) continue;
      await nextTurn();
      if (signal.aborted) return;
      sliceStart = clock.monotonic();
    }
    listed.add(scope);
    if (listed.size < scopes.length) return;
    synced = true;
    markReady();
  };

  queueMicrotask(() => {
    for (const namespace of scopes)
      void runWatcher({ kind, client, clock, log, namespace, deliver: (delivery) => deliver(delivery, namespace), signal, random, ...selection });
  });
  return {
    kind,
    ready,
    get: cache.get,
    list: (namespace) => (namespace === undefined ? cache.all() : cache.inNamespace(namespace)),
    select: cache.select,
    addIndex: cache.addIndex,
    byIndex: cache.byIndex,
    on(handler) {
      const remove = handlers.add(handler);
      for (const object of cache.all()) handlers.tell(handler, { type: 'add', object, initial: true });
      return remove;
    },
  };
}
