import type { Random } from '../../base/random.ts';
import { systemRandom } from '../../base/random.ts';
import type { Store, StoredValue } from '../../store/store.ts';
import type { AddressSpace } from './address-space.ts';

/** Every member of the space is in use. */
export class SpaceFullError extends Error {
  override readonly name = 'SpaceFullError';
  constructor() {
    super('range is full');
  }
}

/**
 * Gives out members of a space, each to one owner at a time: a member is taken by creating its record in the store, which succeeds once
 * among all servers on that store. Records outlive a crash; `repair` brings them in line with what is really used.
 */
export interface Allocator {
  readonly space: AddressSpace;
  /** Takes a member; returns false if it is taken, or does not belong to the space. `owner` is written down for people to read. */
  take(member: string, owner: string): Promise<boolean>;
  /** Takes a free one, above the static band where there is one. @throws SpaceFullError. */
  takeNext(owner: string): Promise<string>;
  /** Whether nobody is known to have it; true for a text that is no member. For dry runs, as `peekNext` is. */
  isFree(member: string): boolean;
  /** Returns a member that is free now. @throws SpaceFullError. */
  peekNext(): string;
  /** Gives a member back, unless it was taken again after revision `before`. Those who want it meanwhile wait for the end. */
  release(member: string, before?: number): Promise<void>;
  /**
   * Makes records for members in `inUse` that lack one, and removes those whose member has not been in use now and at the last repair: a
   * writer may be between the record and the object. Returns the numbers of both.
   */
  repair(inUse: ReadonlySet<string>): Promise<{ readonly added: number; readonly removed: number }>;
}

/** An allocator whose records stand under `prefix`, one a member. Call `repair` before the first use: it also learns what is taken. */
export function createAllocator(store: Store, prefix: string, space: AddressSpace, random: Random = systemRandom): Allocator {
  /** Members that are known to be taken, by us or others. It only saves attempts: the store decides. */
  const taken = new Set<number>();
  /** Members that are being given back. */
  const releasing = new Map<number, Promise<void>>();
  let suspects = new Set<string>();

  const keyOf = (member: string) => `${prefix}/${member}`;
  const record = (owner: string) => JSON.stringify({ owner });

  async function takeAt(offset: number, owner: string): Promise<boolean> {
    const member = space.text(offset);
    await releasing.get(offset);
    taken.add(offset);
    const result = await store.create(keyOf(member), record(owner));
    return result.ok;
  }

  /** The first free offset from a random start within [from, to). */
  function freeBetween(from: number, to: number): number | undefined {
    if (to <= from) return undefined;
    const start = from + Math.floor(random() * (to - from));
    for (let at = start; at < to; at++) if (!taken.has(at)) return at;
    for (let at = from; at < start; at++) if (!taken.has(at)) return at;
    return undefined;
  }

  const nextFree = (): number => {
    const offset = freeBetween(space.staticBand, space.size) ?? freeBetween(0, space.staticBand);
    if (offset === undefined) throw new SpaceFullError();
    return offset;
  };

  async function remove(member: string, offset: number, before: number): Promise<void> {
    const there = await store.get(keyOf(member));
    if (there && there.revision >= before) return;
    if (there && !(await store.delete(keyOf(member), there.revision)).ok) return;
    taken.delete(offset);
  }

  return {
    space,
    async take(member, owner) {
      const offset = space.offset(member);
      return offset !== undefined && (await takeAt(offset, owner));
    },
    async takeNext(owner) {
      for (;;) {
        const offset = nextFree();
        if (await takeAt(offset, owner)) return space.text(offset);
      }
    },
    isFree(member) {
      const offset = space.offset(member);
      return offset === undefined || !taken.has(offset) || releasing.has(offset);
    },
    peekNext: () => space.text(nextFree()),
    async release(member, before = Number.POSITIVE_INFINITY) {
      const offset = space.offset(member);
      if (offset === undefined) return;
      const done = (releasing.get(offset) ?? Promise.resolve()).then(() => remove(member, offset, before));
      releasing.set(offset, done);
      try {
        await done;
      } finally {
        if (releasing.get(offset) === done) releasing.delete(offset);
      }
    },
    async repair(inUse) {
      const { items } = await store.list(`${prefix}/`);
      const records = new Map<string, StoredValue>(items.map((item) => [item.key.slice(prefix.length + 1), item]));
      let added = 0;
      let removed = 0;
      for (const member of inUse) {
        const offset = space.offset(member);
        if (offset === undefined) continue;
        taken.add(offset);
        if (!records.has(member) && (await store.create(keyOf(member), record('repaired'))).ok) added++;
      }
      const unused = new Set<string>();
      for (const [member, { revision }] of records) {
        const offset = space.offset(member);
        if (offset !== undefined) taken.add(offset);
        if (inUse.has(member)) continue;
        const id = `${member}@${revision}`;
        if (!suspects.has(id)) unused.add(id);
        else if ((await store.delete(keyOf(member), revision)).ok) {
          removed++;
          if (offset !== undefined) taken.delete(offset);
        }
      }
      suspects = unused;
      // Members that others gave back meanwhile are free again.
      for (const offset of taken) {
        const member = space.text(offset);
        if (!records.has(member) && !inUse.has(member) && !(await store.get(keyOf(member)))) taken.delete(offset);
      }
      return { added, removed };
    },
  };
}
