import type { KindDefinition } from '../../../api/definition/kind.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { LabelTerm } from '../../contract/cache.ts';
import type { StoredItem } from './cache-item.ts';
import { LabelIndex } from './label-index.ts';
import { SortedItems } from './sorted-items.ts';

interface FieldIndex {
  readonly read: (object: Live) => string;
  readonly sections: Map<string, SortedItems>;
}

/** The items of a cache: by key, by namespace in key order, by the values of indexed fields, and by the labels that are asked for. */
export class ItemIndex {
  private readonly byKey = new Map<string, StoredItem>();
  private readonly namespaces = new Map<string, SortedItems>();
  private readonly fields = new Map<string, FieldIndex>();
  private readonly labels = new LabelIndex(() => this.list(''));

  constructor(kind: KindDefinition) {
    for (const field of kind.indexedFields ?? []) {
      const read = kind.strategy.selectableFields?.[field];
      if (read) this.fields.set(field, { read, sections: new Map() });
    }
  }

  get size(): number {
    return this.byKey.size;
  }

  get(key: string): StoredItem | undefined {
    return this.byKey.get(key);
  }

  values(): Iterable<StoredItem> {
    return this.byKey.values();
  }

  put(item: StoredItem): void {
    const previous = this.byKey.get(item.key);
    this.byKey.set(item.key, item);
    sectionOf(this.namespaces, item.namespace).put(item);
    this.labels.put(item, previous);
    for (const { read, sections } of this.fields.values()) {
      const value = read(item.object);
      const before = previous && read(previous.object);
      if (before !== undefined && before !== value) dropFrom(sections, before, item.key);
      sectionOf(sections, value).put(item);
    }
  }

  delete(item: StoredItem): void {
    this.byKey.delete(item.key);
    dropFrom(this.namespaces, item.namespace, item.key);
    this.labels.delete(item);
    for (const { read, sections } of this.fields.values()) dropFrom(sections, read(item.object), item.key);
  }

  /** The items of a namespace (all of them for an empty one) in key order; a new array. */
  list(namespace: string): readonly StoredItem[] {
    if (namespace !== '' || this.namespaces.size === 1) {
      const [only = ''] = this.namespaces.keys();
      return this.namespaces.get(namespace === '' ? only : namespace)?.items.slice() ?? [];
    }
    // The slash is part of the key: `a-b/` sorts before `a/`.
    const names = [...this.namespaces.keys()].sort((a, b) => (`${a}/` < `${b}/` ? -1 : 1));
    return names.flatMap((name) => this.namespaces.get(name)?.items ?? []);
  }

  /** The items with this value of an indexed field, in key order; undefined if the field has no index. */
  byField(field: string, value: string): readonly StoredItem[] | undefined {
    const index = this.fields.get(field);
    return index && (index.sections.get(value)?.items ?? []);
  }

  /** The items of a namespace (of all for an empty one) with one of the labels that they must all have: the one that fewest have. */
  byLabels(namespace: string, labels: readonly LabelTerm[]): readonly StoredItem[] | undefined {
    let fewest: readonly StoredItem[] | undefined;
    for (const { key, value } of labels) {
      const items = this.labels.find(key, value);
      if (fewest === undefined || items.length < fewest.length) fewest = items;
    }
    const inNamespace = namespace === '' ? this.size : (this.namespaces.get(namespace)?.items.length ?? 0);
    if (fewest === undefined || fewest.length >= inNamespace) return undefined;
    return namespace === '' ? fewest : fewest.filter((item) => item.namespace === namespace);
  }

  /** Returns the function that reads an indexed field; undefined if the field has no index. */
  reader(field: string): ((object: Live) => string) | undefined {
    return this.fields.get(field)?.read;
  }

  indexedFields(): Iterable<readonly [string, FieldIndex]> {
    return this.fields;
  }
}

function sectionOf(sections: Map<string, SortedItems>, name: string): SortedItems {
  let section = sections.get(name);
  if (!section) {
    section = new SortedItems();
    sections.set(name, section);
  }
  return section;
}

function dropFrom(sections: Map<string, SortedItems>, name: string, key: string): void {
  const section = sections.get(name);
  if (!section) return;
  section.delete(key);
  if (section.items.length === 0) sections.delete(name);
}
