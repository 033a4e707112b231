import type { KindDefinition } from '../api/definition/kind.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Client } from '../runtime/client/client.ts';
import type { Store } from '../store/store.ts';
import type { Authenticator } from './contract/authenticator.ts';
import type { Authorizer } from './contract/authorizer.ts';
import type { Core } from './contract/call.ts';
import type { Extensions } from './contract/extension.ts';
import type { ApiRequest, ApiResponse, UserInfo } from './contract/request.ts';
import { createLoopback } from './loopback.ts';
import type { Pipeline } from './stages/pipeline.ts';
import { createPipeline } from './stages/pipeline.ts';
import type { StorageAccess } from './storage/access.ts';
import { accessTo } from './storage/direct-access.ts';
import type { Registry } from './storage/registry.ts';
import { createRegistry } from './storage/registry.ts';

export interface ApiServerOptions {
  readonly store: Store;
  readonly kinds: readonly KindDefinition[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /**
   * What the parts around the pipeline add. A function gets the server's insides; they serve once `ready` has resolved,
   * and may be kept until then.
   */
  readonly extensions?: Partial<Extensions> | ((insides: ServerInsides) => Partial<Extensions>);
  /** Other servers write to the same store: reads ask it how far it is. Default false. */
  readonly shared?: boolean;
  /** Freeze all objects that are handed out: for tests. Default false. */
  readonly freeze?: boolean;
}

/** What the server's own parts may use beside requests. */
export interface ServerInsides {
  /** Kinds can be added and removed as the server runs. */
  readonly registry: Registry;
  readonly storage: StorageAccess;
  readonly clock: Clock;
  readonly log: Logger;
  /** A client in this process: authorised, admitted and validated as `user`, without HTTP. */
  loopback(user: UserInfo): Client;
}

export interface ApiServer extends ServerInsides {
  /** Resolves once all kinds are in the cache. Rejects when the store is broken. */
  readonly ready: Promise<void>;
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** Ends all watches. The store stays open: it is its owner's. */
  close(): void;
}

/** The API server: a function from request to response over a store. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const { store, clock, log, shared = false, freeze = false } = options;
  const registry = createRegistry({ store, clock, log, shared, freeze });
  // Forms that others are stored in come first.
  const kinds = [...options.kinds].sort((a, b) => Number(a.storedAs !== undefined) - Number(b.storedAs !== undefined));
  const ready = Promise.all(kinds.map((kind) => registry.add(kind))).then(() => {});
  const core: { -readonly [K in keyof Core]: Core[K] } = { registry, clock, log, admission: [] };
  const storage = accessTo(core);
  // The pipeline is made of what the insides are given to: a client made before it is there works once it is.
  const later: Pipeline = { handle: (request) => pipeline.handle(request), execute: (request) => pipeline.execute(request) };
  const insides: ServerInsides = { registry, storage, clock, log, loopback: (user) => createLoopback(later, user, clock) };
  const given = typeof options.extensions === 'function' ? options.extensions(insides) : (options.extensions ?? {});
  core.admission = given.admission ?? [];
  const pipeline = createPipeline({
    core,
    authenticator: options.authenticator,
    authorizer: options.authorizer,
    routes: given.routes ?? [],
    subresources: given.subresources ?? [],
    observer: given.observer,
  });
  return { ...insides, ready, handle: (request) => pipeline.handle(request), close: () => registry.close() };
}
