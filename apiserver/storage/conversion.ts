import type { KindDefinition } from '../../api/definition/kind.ts';
import type { KubeObject } from '../../api/meta/object.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { Conversion, ServedForm } from '../contract/resource.ts';
import { ordered } from './cache/cache-item.ts';

/** The conversion of kinds that are stored in their own form: an item is its own served form. */
const NONE: Conversion = {
  toStored: (object) => object,
  fromStored: (object) => object,
  served: (item) => item,
  made: (item) => item,
};

/** The form of an item in another version; its text is made when it is first asked for. */
class ConvertedForm implements ServedForm {
  readonly object: KubeObject;
  private encoded: string | undefined;

  constructor(kind: KindDefinition, item: CacheItem, converted: KubeObject) {
    this.object = ordered(kind, converted);
    this.object.metadata = { resourceVersion: String(item.revision), ...this.object.metadata };
  }

  get text(): string {
    this.encoded ??= JSON.stringify(this.object);
    return this.encoded;
  }
}

/** Makes the conversion between a kind's form and the stored one. Forms are kept as long as their items. */
export function conversionOf(kind: KindDefinition): Conversion {
  const { storedAs } = kind;
  if (!storedAs) return NONE;
  const forms = new WeakMap<CacheItem, ServedForm | Promise<ServedForm>>();

  async function later(item: CacheItem, converted: Promise<KubeObject>): Promise<ServedForm> {
    try {
      const form = new ConvertedForm(kind, item, await converted);
      forms.set(item, form);
      return form;
    } catch (error) {
      // The next one who asks tries anew.
      forms.delete(item);
      throw error;
    }
  }

  function served(item: CacheItem): ServedForm | Promise<ServedForm> {
    const known = forms.get(item);
    if (known) return known;
    const converted = storedAs?.fromStored(item.object) ?? item.object;
    const form = converted instanceof Promise ? later(item, converted) : new ConvertedForm(kind, item, converted);
    forms.set(item, form);
    return form;
  }

  return {
    toStored: (object) => storedAs.toStored(object),
    fromStored: (object) => storedAs.fromStored(object),
    served,
    made(item) {
      const form = served(item);
      if (form instanceof Promise) throw new Error(`${item.key} has not been converted to ${kind.version} yet`);
      return form;
    },
  };
}

/** Resolves once the served forms of all these items are made; returns undefined if none takes time. */
export function whenServed({ served }: Conversion, items: readonly CacheItem[]): Promise<unknown> | undefined {
  const pending: Promise<ServedForm>[] = [];
  for (const item of items) {
    const form = served(item);
    if (form instanceof Promise) pending.push(form);
  }
  return pending.length === 0 ? undefined : Promise.all(pending);
}
