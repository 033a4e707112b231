import { apiVersionOf } from '../../api/kind.ts';
import type { KubeObject, Live } from '../../api/object.ts';

/** An object in the cache: immutable, and encoded once. */
export interface CacheItem {
  /** `namespace/name`, or `name`. */
  readonly key: string;
  readonly namespace: string;
  readonly object: Live;
  /** The object's JSON, resourceVersion included. */
  readonly text: string;
  readonly revision: number;
}

/** How all stored texts of a kind begin; metadata's fields follow. */
export const textPrefixOf = (kind: { group: string; version: string; kind: string }): string =>
  `{"kind":${JSON.stringify(kind.kind)},"apiVersion":${JSON.stringify(apiVersionOf(kind))},"metadata":{`;

/**
 * Puts an object into the order of its stored text: kind, apiVersion and metadata (without resourceVersion) first.
 * Returns a new object whose metadata is new too; everything below is shared.
 */
export function ordered(kind: { group: string; version: string; kind: string }, object: KubeObject): KubeObject {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _resourceVersion, ...meta } = metadata ?? {};
  return { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata: meta, ...rest };
}

const versionField = (revision: number): string => `"resourceVersion":"${revision}",`;

/** Makes the served text of a stored one: resourceVersion becomes the first field of metadata. */
export function withRevision(prefix: string, value: string, revision: number): string {
  return `${prefix}${versionField(revision)}${value.slice(prefix.length)}`;
}

/** A served text with another resourceVersion: for the last state of what is deleted, or left a selector's view. */
export function retext(prefix: string, item: CacheItem, revision: number): string {
  return withRevision(prefix, `${prefix}${item.text.slice(prefix.length + versionField(item.revision).length)}`, revision);
}

/** The item as of a later revision: the same object, with that resourceVersion. */
export function atRevision(prefix: string, item: CacheItem, revision: number): CacheItem {
  const object = { ...item.object, metadata: { ...item.object.metadata, resourceVersion: String(revision) } };
  return { key: item.key, namespace: item.namespace, object, text: retext(prefix, item, revision), revision };
}

/** Freezes an object and all below it; for tests, where a reader that changes a shared object must not go unnoticed. */
export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const child of Object.values(value)) deepFreeze(child);
}
