import type { KubeObject, Live } from '../../api/meta/object.ts';

/** Objects by each of their labels: the candidates of a selector are found without a look at the others. */
export interface LabelIndex<T extends KubeObject> {
  /** `old` is the former object of the key. */
  put(key: string, object: Live<T>, old: Live<T> | undefined): void;
  delete(key: string, object: Live<T>): void;
  /** Returns the smallest of the sets of objects that have one of the labels; it contains every object that has all of them. */
  smallest(namespace: string, labels: Readonly<Record<string, string>>): Iterable<Live<T>>;
}

const pairOf = (namespace: string, key: string, value: string | undefined): string => `${namespace}\n${key}=${value}`;

export function createLabelIndex<T extends KubeObject>(): LabelIndex<T> {
  const buckets = new Map<string, Map<string, Live<T>>>();
  const remove = (key: string, object: Live<T>, kept?: Readonly<Record<string, string>>) => {
    const { namespace = '', labels } = object.metadata;
    for (const label in labels) {
      if (kept !== undefined && kept[label] === labels[label]) continue;
      const pair = pairOf(namespace, label, labels[label]);
      const bucket = buckets.get(pair);
      if (bucket?.delete(key) && bucket.size === 0) buckets.delete(pair);
    }
  };
  return {
    put(key, object, old) {
      const { namespace = '', labels } = object.metadata;
      if (old) remove(key, old, labels);
      for (const label in labels) {
        const pair = pairOf(namespace, label, labels[label]);
        const bucket = buckets.get(pair);
        if (bucket) bucket.set(key, object);
        else buckets.set(pair, new Map([[key, object]]));
      }
    },
    delete: (key, object) => remove(key, object),
    smallest(namespace, labels) {
      let least: Map<string, Live<T>> | undefined;
      for (const label in labels) {
        const bucket = buckets.get(pairOf(namespace, label, labels[label]));
        if (!bucket) return [];
        if (!least || bucket.size < least.size) least = bucket;
      }
      return least?.values() ?? [];
    },
  };
}
