import type { KindDefinition } from '../../../api/definition/kind.ts';
import { apiVersionOf } from '../../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { markAs } from '../../../base/json/long-values.ts';
import type { CacheItem } from '../../contract/cache.ts';

/** An object in the cache, with its text as long as it is current. */
export class StoredItem implements CacheItem {
  readonly key: string;
  readonly namespace: string;
  readonly object: Live;
  readonly revision: number;
  private encoded: string | undefined;
  private bytes = 0;
  private current = true;

  /** `text` is the object's JSON, resourceVersion included; left out, it is made when it is asked for. */
  constructor(key: string, object: Live, revision: number, text?: string) {
    const slash = key.indexOf('/');
    this.key = key;
    this.namespace = slash < 0 ? '' : key.slice(0, slash);
    this.object = object;
    this.revision = revision;
    this.encoded = text;
  }

  get text(): string {
    if (this.encoded !== undefined) return this.encoded;
    const text = JSON.stringify(this.object);
    if (this.current) this.encoded = text;
    return text;
  }

  get encodedText(): string | undefined {
    return this.encoded;
  }

  get size(): number {
    if (this.bytes === 0 || this.encoded === undefined) this.bytes = Buffer.byteLength(this.text);
    return this.bytes;
  }

  /**
   * Tells the item that the cache no longer shows it. It drops its text: past states are kept to resume watches from, and few are ever
   * asked for again.
   */
  supersede(): void {
    this.current = false;
    this.encoded = undefined;
  }
}

/** The key of an object in its cache: `namespace/name`, or `name`. */
export const cacheKey = (namespace: string, name: string): string => (namespace === '' ? name : `${namespace}/${name}`);

/** The beginning of all stored texts of a kind, up to metadata's fields. */
export const textPrefixOf = (kind: { group: string; version: string; kind: string }): string =>
  `{"kind":${JSON.stringify(kind.kind)},"apiVersion":${JSON.stringify(apiVersionOf(kind))},"metadata":{`;

/** Returns the type of a stored object: that of the kind whose form is stored, or its own where the versions have a converter. */
export function typeOfStored(kind: KindDefinition, { apiVersion }: KubeObject): { group: string; version: string; kind: string } {
  if (!kind.converter || apiVersion === undefined) return kind;
  return { group: kind.group, version: apiVersion.slice(apiVersion.indexOf('/') + 1), kind: kind.kind };
}

/**
 * Puts an object into the order of its stored text: kind, apiVersion and metadata (without resourceVersion) first.
 * Returns a new object whose metadata is new too; everything below is shared.
 */
export function ordered(kind: { group: string; version: string; kind: string }, object: KubeObject): KubeObject {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _resourceVersion, ...meta } = metadata ?? {};
  return markAs({ kind: kind.kind, apiVersion: apiVersionOf(kind), metadata: markAs(meta, metadata), ...rest }, object);
}

const versionField = (revision: number): string => `"resourceVersion":"${revision}",`;

/** Makes the served text of a stored one: resourceVersion becomes the first field of metadata. */
export function withRevision(prefix: string, value: string, revision: number): string {
  return `${prefix}${versionField(revision)}${value.slice(prefix.length)}`;
}

/**
 * Returns the item as of a later revision: the same object, with that resourceVersion. It is the last state of an object that is deleted, or
 * leaves a selector's view. Its text is made of the item's if that stands in the stored order; `text` is for an item that may be superseded.
 */
export function atRevision(prefix: string, item: CacheItem, revision: number, text = item.encodedText): StoredItem {
  const object = { ...item.object, metadata: { ...item.object.metadata, resourceVersion: String(revision) } };
  const before = versionField(item.revision);
  if (!text?.startsWith(before, prefix.length)) return new StoredItem(item.key, object, revision);
  return new StoredItem(item.key, object, revision, `${prefix}${versionField(revision)}${text.slice(prefix.length + before.length)}`);
}

/** Freezes an object and all below it; for tests, where a reader that changes a shared object must fail. */
export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const child of Object.values(value)) deepFreeze(child);
}
