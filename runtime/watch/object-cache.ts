import type { LabelSelector } from '../../api/meta/label-selector.ts';
import type { KubeObject, Live, ObjectKey } from '../../api/meta/object.ts';
import { keyText } from '../../api/meta/object.ts';
import { selectorFrom } from '../../api/selector/selector.ts';
import { hasMembers } from '../../base/json/long-values.ts';
import type { LabelIndex } from './label-index.ts';
import { createLabelIndex } from './label-index.ts';

/** Objects by key, by namespace, and by the declared indexes. The objects are shared and never changed. */
export interface ObjectCache<T extends KubeObject> {
  get(key: ObjectKey): Live<T> | undefined;
  all(): readonly Live<T>[];
  inNamespace(namespace: string): readonly Live<T>[];
  /** Returns the objects of a namespace that a selector matches. The labels are indexed from the first call on. */
  select(namespace: string, selector: LabelSelector): readonly Live<T>[];
  addIndex(name: string, valuesOf: (object: Live<T>) => readonly string[]): void;
  byIndex(name: string, value: string): readonly Live<T>[];
  /** Returns the former object of the key. */
  put(object: Live<T>): Live<T> | undefined;
  delete(key: ObjectKey): Live<T> | undefined;
  readonly size: number;
}

/** Objects of one index value; the array is made on the first read after a change. */
interface Bucket<T extends KubeObject> {
  readonly objects: Map<string, Live<T>>;
  array: readonly Live<T>[] | undefined;
}

interface Index<T extends KubeObject> {
  readonly valuesOf: (object: Live<T>) => readonly string[];
  readonly buckets: Map<string, Bucket<T>>;
}

const textOf = (object: Live<KubeObject>) => keyText({ namespace: object.metadata.namespace ?? '', name: object.metadata.name });

/** Creates a cache. Repeated reads cost nothing until the next change; a change costs as much as the indexes have values for the object. */
export function createObjectCache<T extends KubeObject>(): ObjectCache<T> {
  const everything: Bucket<T> = { objects: new Map(), array: undefined };
  const namespaces: Index<T> = { valuesOf: (object) => [object.metadata.namespace ?? ''], buckets: new Map() };
  const indexes = new Map<string, Index<T>>();
  let labels: LabelIndex<T> | undefined;

  const contents = (bucket: Bucket<T> | undefined): readonly Live<T>[] => {
    if (!bucket) return [];
    bucket.array ??= [...bucket.objects.values()];
    return bucket.array;
  };
  const insert = (index: Index<T>, text: string, object: Live<T>, values = index.valuesOf(object)) => {
    for (const value of values) {
      let bucket = index.buckets.get(value);
      if (!bucket) {
        bucket = { objects: new Map(), array: undefined };
        index.buckets.set(value, bucket);
      }
      bucket.objects.set(text, object);
      bucket.array = undefined;
    }
  };
  /** Removes the object from its values but those in `kept`, where its successor replaces it. */
  const remove = (index: Index<T>, text: string, object: Live<T>, kept: readonly string[] = []) => {
    for (const value of index.valuesOf(object)) {
      if (kept.includes(value)) continue;
      const bucket = index.buckets.get(value);
      if (!bucket?.objects.delete(text)) continue;
      bucket.array = undefined;
      if (bucket.objects.size === 0) index.buckets.delete(value);
    }
  };
  const replace = (index: Index<T>, text: string, object: Live<T>, old: Live<T>) => {
    const values = index.valuesOf(object);
    remove(index, text, old, values);
    insert(index, text, object, values);
  };
  const eachIndex = (visit: (index: Index<T>) => void) => {
    visit(namespaces);
    for (const index of indexes.values()) visit(index);
  };

  return {
    get: (key) => everything.objects.get(keyText(key)),
    all: () => contents(everything),
    inNamespace: (namespace) => contents(namespaces.buckets.get(namespace)),
    select(namespace, selector) {
      const wanted = selector.matchLabels;
      if (!wanted || !hasMembers(wanted)) {
        const { matches } = selectorFrom(selector);
        return contents(namespaces.buckets.get(namespace)).filter(({ metadata }) => matches(metadata.labels));
      }
      if (!labels) {
        labels = createLabelIndex();
        for (const [text, object] of everything.objects) labels.put(text, object, undefined);
      }
      const candidates = [...labels.smallest(namespace, wanted)];
      // Nothing has some label of a long selector, as a rule: the selector need not be made.
      if (candidates.length === 0 && selector.matchExpressions === undefined) return [];
      const { matches } = selectorFrom(selector);
      return candidates.filter(({ metadata }) => matches(metadata.labels));
    },
    addIndex(name, valuesOf) {
      if (indexes.has(name)) return;
      const index: Index<T> = { valuesOf, buckets: new Map() };
      indexes.set(name, index);
      for (const [text, object] of everything.objects) insert(index, text, object);
    },
    byIndex(name, value) {
      const index = indexes.get(name);
      if (!index) throw new Error(`no index ${name}: declare it with addIndex`);
      return contents(index.buckets.get(value));
    },
    put(object) {
      const text = textOf(object);
      const old = everything.objects.get(text);
      everything.objects.set(text, object);
      everything.array = undefined;
      eachIndex((index) => (old ? replace(index, text, object, old) : insert(index, text, object)));
      labels?.put(text, object, old);
      return old;
    },
    delete(key) {
      const text = keyText(key);
      const old = everything.objects.get(text);
      if (!old) return undefined;
      everything.objects.delete(text);
      everything.array = undefined;
      eachIndex((index) => remove(index, text, old));
      labels?.delete(text, old);
      return old;
    },
    get size() {
      return everything.objects.size;
    },
  };
}
