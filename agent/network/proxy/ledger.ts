import type { Collection } from './table.ts';
import { TABLE } from './table.ts';

/** A thing in the table that can be there or not. Two with the same id are the same thing; content may differ. */
export type Item =
  | { readonly type: 'element'; readonly collection: string; readonly key: string; readonly value: string }
  | { readonly type: 'chain'; readonly name: string; readonly rules: string }
  | { readonly type: 'set'; readonly name: string; readonly declaration: string };

export const element = (collection: Collection, key: string, value = ''): Item => ({ type: 'element', collection, key, value });
export const chain = (name: string, rules: readonly string[]): Item => ({ type: 'chain', name, rules: rules.join('\n') });

/** The items that one owner (a service, a pod) wants in the table, by id. */
export type Fragment = ReadonlyMap<string, Item>;

export function fragmentOf(items: Iterable<Item>): Fragment {
  const fragment = new Map<string, Item>();
  for (const item of items) if (!fragment.has(idOf(item))) fragment.set(idOf(item), item);
  return fragment;
}

const idOf = (item: Item): string => (item.type === 'element' ? `${item.collection} ${item.key}` : `${item.type} ${item.name}`);
const contentOf = (item: Item): string => (item.type === 'element' ? item.value : item.type === 'chain' ? item.rules : item.declaration);

interface Claim {
  readonly owner: string;
  readonly item: Item;
}

/**
 * Records which owner wants which items in the table. Items are shared: one stays as long as somebody claims it, and where two claim it with different content
 * (two services with one external address and port), the earlier claim holds. The work of a change is proportional to the fragment changed.
 */
export interface Ledger {
  /** Replaces the wishes of `owner`; undefined withdraws them. */
  set(owner: string, fragment: Fragment | undefined): void;
  fragment(owner: string): Fragment | undefined;
  owners(): Iterable<string>;
  /**
   * Commands that bring the table from the last `commit` to what is claimed now, for one transaction: nothing when nothing changed.
   * They come in parts (some of them empty), so that whoever joins them can let the event loop have its turn in between.
   */
  changes(): Iterable<string>;
  /** Commands that put everything claimed into an empty table, in parts. */
  everything(): Iterable<string>;
  /** Notes that the items of `changes` or `everything` are in the table now. Called before further claims. */
  commit(): void;
  /** The number of elements and chains. */
  readonly size: number;
}

/** Creates the ledger of a table, such as `ip skiff`: the service proxy's by default. */
export function createLedger(table = TABLE): Ledger {
  const fragments = new Map<string, Fragment>();
  const claims = new Map<string, Claim | Claim[]>();
  /** Ids touched since the last commit, with what was in the table before. */
  const touched = new Map<string, Item | undefined>();

  const effective = (id: string): Item | undefined => {
    const claim = claims.get(id);
    return Array.isArray(claim) ? claim[0]?.item : claim?.item;
  };
  const touch = (id: string) => {
    if (!touched.has(id)) touched.set(id, effective(id));
  };
  const put = (owner: string, id: string, item: Item) => {
    touch(id);
    const claim = claims.get(id);
    const mine = { owner, item };
    if (claim === undefined) claims.set(id, mine);
    else if (!Array.isArray(claim)) claims.set(id, claim.owner === owner ? mine : [claim, mine]);
    else {
      const at = claim.findIndex((other) => other.owner === owner);
      if (at < 0) claim.push(mine);
      else claim[at] = mine;
    }
  };
  const withdraw = (owner: string, id: string) => {
    touch(id);
    const claim = claims.get(id);
    if (!Array.isArray(claim)) {
      if (claim?.owner === owner) claims.delete(id);
      return;
    }
    const rest = claim.filter((other) => other.owner !== owner);
    const [only] = rest;
    if (only === undefined) claims.delete(id);
    else claims.set(id, rest.length === 1 ? only : rest);
  };

  return {
    set(owner, fragment) {
      const before = fragments.get(owner);
      for (const id of before?.keys() ?? []) if (!fragment?.has(id)) withdraw(owner, id);
      for (const [id, item] of fragment ?? []) {
        const old = before?.get(id);
        if (old === undefined || contentOf(old) !== contentOf(item)) put(owner, id, item);
      }
      if (fragment) fragments.set(owner, fragment);
      else fragments.delete(owner);
    },
    fragment: (owner) => fragments.get(owner),
    owners: () => fragments.keys(),
    *changes() {
      const gone: Item[] = [];
      const added: Item[] = [];
      let count = 0;
      for (const [id, before] of touched) {
        if (++count % BREATH === 0) yield '';
        const now = effective(id);
        if (before && now && contentOf(before) === contentOf(now)) continue;
        if (before) gone.push(before);
        if (now) added.push(now);
      }
      yield* transaction(table, gone, added);
    },
    *everything() {
      const added: Item[] = [];
      for (const id of claims.keys()) {
        const now = effective(id);
        if (now) added.push(now);
        if (added.length % BREATH === 0) yield '';
      }
      yield* transaction(table, [], added);
    },
    commit: () => touched.clear(),
    get size() {
      return claims.size;
    },
  };
}

const ELEMENTS_A_LINE = 200;
/** Items between two parts: about a millisecond's work. */
const BREATH = 1000;

/** One transaction: nothing that is still referred to goes, nothing is referred to before it is there. */
function* transaction(table: string, gone: readonly Item[], added: readonly Item[]): Iterable<string> {
  const names = (items: readonly Item[], type: 'chain' | 'set') => new Set(items.flatMap((item) => (item.type === type ? [item.name] : [])));
  const oldChains = names(gone, 'chain');
  const newChains = names(added, 'chain');
  const oldSets = names(gone, 'set');
  const newSets = names(added, 'set');
  yield* elementLines(table, 'delete', gone);
  for (const name of oldChains) yield `flush chain ${table} ${name}\n`;
  // A set is its declaration: another one can only take its place after it has gone.
  for (const name of oldSets) if (newSets.has(name)) yield `delete set ${table} ${name}\n`;
  for (const item of added) if (item.type === 'set') yield `add set ${table} ${item.name} { ${item.declaration} }\n`;
  for (const name of newChains) yield `add chain ${table} ${name}\n`;
  for (const item of added) if (item.type === 'chain') for (const rule of item.rules.split('\n')) yield `add rule ${table} ${item.name} ${rule}\n`;
  yield* elementLines(table, 'add', added);
  for (const name of oldChains) if (!newChains.has(name)) yield `delete chain ${table} ${name}\n`;
  for (const name of oldSets) if (!newSets.has(name)) yield `delete set ${table} ${name}\n`;
}

/** Elements are collected by the map they go to; a line is told as soon as it is full. */
function* elementLines(table: string, verb: 'add' | 'delete', items: readonly Item[]): Iterable<string> {
  const waiting = new Map<string, string[]>();
  const line = (collection: string, elements: readonly string[]) => `${verb} element ${table} ${collection} { ${elements.join(', ')} }\n`;
  for (const item of items) {
    if (item.type !== 'element') continue;
    const list = waiting.get(item.collection) ?? [];
    list.push(verb === 'delete' || item.value === '' ? item.key : `${item.key} : ${item.value}`);
    waiting.set(item.collection, list);
    if (list.length < ELEMENTS_A_LINE) continue;
    yield line(item.collection, list);
    waiting.delete(item.collection);
  }
  for (const [collection, elements] of waiting) yield line(collection, elements);
}
