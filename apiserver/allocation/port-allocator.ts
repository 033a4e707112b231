import type { ObjectKey } from '../../api/meta/object.ts';
import { keyText } from '../../api/meta/object.ts';
import type { Random } from '../../base/random.ts';
import { systemRandom } from '../../base/random.ts';
import type { Store, StoredValue } from '../../store/store.ts';
import type { AddressSpace } from './address-space.ts';
import { visitOffsets } from './band.ts';
import type { Pool } from './pool.ts';
import { NotGivenError, PoolFullError } from './pool.ts';
import { Releasing } from './releasing.ts';

/** A pool of ports whose records stand in the store beside the objects, one a port. */
export interface PortAllocator extends Pool {
  readonly space: AddressSpace;
  /**
   * Makes records for ports in `inUse` that lack one, and removes those whose port has not been in use now and at the last repair: a
   * writer may be between the record and the object. Returns the numbers of both.
   */
  repair(inUse: ReadonlySet<string>): Promise<{ readonly added: number; readonly removed: number }>;
}

const ALREADY_ALLOCATED = 'provided port is already allocated';
/** The first port that upstream shows on a dry run, less one: ports that no service can have. */
const LAST_REAL_PORT = 32768;

/** Makes a port allocator with records under `prefix`. Call `repair` before the first use: it also learns what is taken. */
export function createPortAllocator(store: Store, prefix: string, space: AddressSpace, random: Random = systemRandom): PortAllocator {
  /** Offsets that are known to be taken, by us or others. It only saves attempts: the store decides. */
  const taken = new Set<number>();
  const releasing = new Releasing();
  let suspects = new Set<string>();

  const keyOf = (port: string) => `${prefix}/${port}`;
  const record = (owner: string) => JSON.stringify({ owner });

  async function takeAt(offset: number, owner: ObjectKey): Promise<boolean> {
    const port = space.text(offset);
    await releasing.ended(port);
    taken.add(offset);
    return (await store.create(keyOf(port), record(keyText(owner)))).ok;
  }

  async function remove(port: string, offset: number, before: number): Promise<void> {
    const there = await store.get(keyOf(port));
    if (there && there.revision >= before) return;
    if (there && !(await store.delete(keyOf(port), there.revision)).ok) return;
    taken.delete(offset);
  }

  return {
    space,
    async take(port, owner) {
      const offset = space.offset(port);
      if (offset === undefined) throw new NotGivenError(`provided port is not in the valid range. The range of valid ports is ${space.name}`);
      if (!(await takeAt(offset, owner))) throw new NotGivenError(ALREADY_ALLOCATED);
    },
    async takeNext(owner) {
      let found = 0;
      const isTaken = (offset: number) => {
        found = offset;
        return takeAt(offset, owner);
      };
      if (!(await visitOffsets(space, random, (offset) => !taken.has(offset) && isTaken(offset)))) throw new PoolFullError();
      return space.text(found);
    },
    // Upstream does not look at the range then.
    look(port) {
      const offset = space.offset(port);
      if (offset !== undefined && taken.has(offset) && !releasing.has(port)) throw new NotGivenError(ALREADY_ALLOCATED);
    },
    lookNext: (count) => String(LAST_REAL_PORT + count),
    async release(port, _owner, before = Number.POSITIVE_INFINITY) {
      const offset = space.offset(port);
      if (offset !== undefined) await releasing.run(port, () => remove(port, offset, before));
    },
    async repair(inUse) {
      const { items } = await store.list(`${prefix}/`);
      const records = new Map<string, StoredValue>(items.map((item) => [item.key.slice(prefix.length + 1), item]));
      let added = 0;
      let removed = 0;
      for (const port of inUse) {
        const offset = space.offset(port);
        if (offset === undefined) continue;
        taken.add(offset);
        if (!records.has(port) && (await store.create(keyOf(port), record('repaired'))).ok) added++;
      }
      const unused = new Set<string>();
      for (const [port, { revision }] of records) {
        const offset = space.offset(port);
        if (offset !== undefined) taken.add(offset);
        if (inUse.has(port)) continue;
        const id = `${port}@${revision}`;
        if (!suspects.has(id)) unused.add(id);
        else if ((await store.delete(keyOf(port), revision)).ok) {
          removed++;
          if (offset !== undefined) taken.delete(offset);
        }
      }
      suspects = unused;
      // Ports that others gave back meanwhile are free again.
      for (const offset of taken) {
        const port = space.text(offset);
        if (!records.has(port) && !inUse.has(port) && !(await store.get(keyOf(port)))) taken.delete(offset);
      }
      return { added, removed };
    },
  };
}
