import type { KindDefinition } from '../../api/definition/kind.ts';
import type { CacheItem } from '../contract/cache.ts';
import type { Conversion, ServedForm } from '../contract/resource.ts';
import { ordered } from './cache/cache-item.ts';

/** Of kinds that are stored in their own form: the item is its own served form. */
const NONE: Conversion = { toStored: (object) => object, served: (item) => item };

/** Makes the conversion between a kind's form and the stored one. */
export function conversionOf(kind: KindDefinition): Conversion {
  const { storedAs } = kind;
  if (!storedAs) return NONE;
  const forms = new WeakMap<CacheItem, ServedForm>();
  return {
    toStored: (object) => storedAs.toStored(object),
    served(item) {
      const known = forms.get(item);
      if (known) return known;
      const object = ordered(kind, storedAs.fromStored(item.object));
      object.metadata = { resourceVersion: String(item.revision), ...object.metadata };
      const form = { object, text: JSON.stringify(object) };
      forms.set(item, form);
      return form;
    },
  };
}
