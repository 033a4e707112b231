import type { Kind } from '../../api/definition/kind.ts';
import type { DeleteOptions } from '../../api/meta/delete-options.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';

/**
 * A client of a Kubernetes API: of skiff's own server in the same process (loopback), or of any server over HTTPS.
 *
 * Every method throws `StatusError` for an answer that is not a success (use `isNotFound`, `isConflict` …),
 * and other errors only when the server could not be reached. Objects it returns are shared and must not be changed:
 * copy before editing (`structuredClone`, or spread along the path you change).
 */
export interface Client {
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): Promise<Live<T>>;
  /** Reads a subresource that is a kind of its own: deployments/NAME/scale. `query`: its parameters, if it has any. */
  getSubresource<R = KubeObject>(kind: Kind, key: ObjectKey, subresource: string, query?: Readonly<Record<string, string>>): Promise<R>;
  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<ObjectList<T>>;
  create<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<Live<T>>;
  /** Replaces; a `metadata.resourceVersion` in the object is a precondition. `subresource` 'status' replaces the status alone. */
  update<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<Live<T>>;
  patch<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, patch: Patch, options?: WriteOptions): Promise<Live<T>>;
  delete<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, options?: DeleteOptions): Promise<void>;
  deleteCollection<T extends KubeObject>(kind: Kind<T>, options?: ListOptions, deleteOptions?: DeleteOptions): Promise<void>;
  /** Creates at a subresource that takes a kind of its own: pods/NAME/binding, pods/NAME/eviction, serviceaccounts/NAME/token. Returns the server's answer. */
  createSubresource<R = KubeObject>(kind: Kind, key: ObjectKey, subresource: string, body: KubeObject): Promise<R>;
  /**
   * Watches from `resourceVersion` on. `onEvent` is called in order, never concurrently; the promise resolves when the server ends the watch
   * (resume from the last revision seen) or `signal` aborts, and rejects with a StatusError 'Expired' if the revision is compacted (list again).
   */
  watch<T extends KubeObject>(kind: Kind<T>, options: WatchOptions, onEvent: (event: WatchEvent<T>) => void, signal: AbortSignal): Promise<void>;
}

export interface ListOptions {
  /** Default: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  /** '0' accepts the state of the server's cache, however old. */
  readonly resourceVersion?: string;
}

export interface WatchOptions extends Omit<ListOptions, 'limit' | 'continue'> {
  readonly resourceVersion: string;
  readonly allowWatchBookmarks?: boolean;
  readonly timeoutSeconds?: number;
}

export interface ObjectList<T extends KubeObject> {
  readonly items: readonly Live<T>[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

export interface WriteOptions {
  readonly subresource?: 'status' | 'scale' | 'finalize' | 'ephemeralcontainers' | 'resize' | 'approval';
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
}

export type Patch =
  | { readonly type: 'json'; readonly operations: readonly JsonPatchOperation[] }
  | { readonly type: 'merge'; readonly body: object }
  | { readonly type: 'strategic'; readonly body: object }
  | { readonly type: 'apply'; readonly body: object; readonly force?: boolean };

export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: Live<T> }
  /** Reports that every change up to `resourceVersion` has been delivered. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };
