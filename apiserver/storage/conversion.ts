import type { KindDefinition } from '../../api/definition/kind.ts';
import { apiVersionOf } from '../../api/definition/kind.ts';
import type { KubeObject, Live } from '../../api/meta/object.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { Conversion, ServedForm } from '../contract/resource.ts';
import { ordered } from './cache/cache-item.ts';

/** The conversion of kinds that are stored in their own form: an item is its own served form. */
const NONE: Conversion = {
  toStored: (object) => object,
  fromStored: (object) => object,
  served: (item) => item,
  made: (item) => item,
  base: (item) => item.object,
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

/** Makes the conversion between a kind's form and the stored one. */
export function conversionOf(kind: KindDefinition): Conversion {
  const { storedAs, converter } = kind;
  if (converter) {
    const apiVersion = apiVersionOf(kind);
    const fromStored = (object: KubeObject) => converter.convert(object, apiVersion);
    const forms = servedForms(kind, fromStored);
    return {
      toStored: (object) => object,
      fromStored,
      served: (item) => (item.object.apiVersion === apiVersion ? item : forms.served(item)),
      made: (item) => (item.object.apiVersion === apiVersion ? item : forms.made(item)),
      base: (item) => (item.object.apiVersion === apiVersion ? item.object : (forms.made(item).object as Live)),
    };
  }
  if (!storedAs) return NONE;
  const fromStored = (object: KubeObject) => storedAs.fromStored(object);
  return { toStored: (object) => storedAs.toStored(object), fromStored, base: (item) => item.object, ...servedForms(kind, fromStored) };
}

/** Makes the served forms of items. They are kept as long as their items. */
function servedForms(kind: KindDefinition, fromStored: Conversion['fromStored']): Pick<Conversion, 'served' | 'made'> {
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
    const converted = fromStored(item.object);
    const form = converted instanceof Promise ? later(item, converted) : new ConvertedForm(kind, item, converted);
    forms.set(item, form);
    return form;
  }

  return {
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
