import { unescapedName } from '../../../api/cel/escaping.ts';
import type { Value } from '../../../base/cel/values.ts';
import { ListValue, MapValue } from '../../../base/cel/values.ts';

/** A map whose keys may be written as identifiers: `claims.example__dot__com` reads the claim `example.com`. */
class ClaimMap extends MapValue {
  override readonly type: MapValue['type'];
  readonly #map: MapValue;
  constructor(map: MapValue) {
    super();
    this.type = map.type;
    this.#map = map;
  }
  get size(): number {
    return this.#map.size;
  }
  find(key: Value): Value | undefined {
    const value = this.#map.find(typeof key === 'string' ? (unescapedName(key) ?? key) : key);
    return value === undefined ? undefined : claimValue(value);
  }
  keys(): readonly Value[] {
    return this.#map.keys();
  }
}

class ClaimList extends ListValue {
  readonly #list: ListValue;
  constructor(list: ListValue) {
    super();
    this.#list = list;
  }
  get size(): number {
    return this.#list.size;
  }
  at(index: number): Value {
    return claimValue(this.#list.at(index));
  }
}

/** Returns a value of a token as expressions see it: all numbers are doubles, and the keys of maps may be escaped. */
export function claimValue(value: Value): Value {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof MapValue) return new ClaimMap(value);
  return value instanceof ListValue ? new ClaimList(value) : value;
}
