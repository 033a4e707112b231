import type { SelectableNode } from '../../api/pod/placement/node-affinity.ts';
import { concerns } from './node-match.ts';
import type { Pool, Slice } from './pool.ts';
import { buildPool, byName, poolIdOf } from './pool.ts';

/** The published slices, by pool and node, so that a node is asked about its own slices and the shared ones alone. */
export interface PoolIndex {
  /** Adds a slice, or replaces the one of its name. */
  set(slice: Slice): void;
  delete(slice: Slice): void;
  /** The pools whose devices a node can use, in the order in which they are tried (upstream's GatherPools). */
  poolsOn(node: SelectableNode): readonly Pool[];
}

interface PoolRecord {
  readonly id: string;
  readonly slices: Set<Slice>;
  /** Slices for one node, by its name. */
  readonly local: Map<string, Set<Slice>>;
  readonly shared: Set<Slice>;
  /** Slices by generation, in the order of their names; computed when it is asked for. */
  generations: ReadonlyMap<number, readonly Slice[]> | undefined;
  /** The pools that were made from some of the slices, by their names. */
  readonly built: Map<string, Pool>;
}

export function createPoolIndex(): PoolIndex {
  const byKey = new Map<string, Slice>();
  const records = new Map<string, PoolRecord>();
  const localRecords = new Map<string, Set<PoolRecord>>();
  const sharedRecords = new Set<PoolRecord>();

  const recordOf = (id: string): PoolRecord => {
    let record = records.get(id);
    if (!record) {
      record = { id, slices: new Set(), local: new Map(), shared: new Set(), generations: undefined, built: new Map() };
      records.set(id, record);
    }
    return record;
  };
  const changed = (record: PoolRecord) => {
    record.generations = undefined;
    record.built.clear();
  };
  const remove = (slice: Slice) => {
    const record = recordOf(poolIdOf(slice.spec));
    const node = ownNode(slice);
    record.slices.delete(slice);
    changed(record);
    if (node === undefined) {
      record.shared.delete(slice);
      if (record.shared.size === 0) sharedRecords.delete(record);
    } else if (without(record.local, node, slice)) without(localRecords, node, record);
    if (record.slices.size === 0) records.delete(record.id);
  };
  const add = (slice: Slice) => {
    const record = recordOf(poolIdOf(slice.spec));
    const node = ownNode(slice);
    record.slices.add(slice);
    changed(record);
    if (node === undefined) {
      record.shared.add(slice);
      sharedRecords.add(record);
    } else {
      within(record.local, node).add(slice);
      within(localRecords, node).add(record);
    }
  };

  return {
    set(slice) {
      const before = byKey.get(slice.metadata.name);
      if (before) remove(before);
      byKey.set(slice.metadata.name, slice);
      add(slice);
    },
    delete({ metadata }) {
      const before = byKey.get(metadata.name);
      if (!before) return;
      byKey.delete(metadata.name);
      remove(before);
    },
    poolsOn(node) {
      const pools: Pool[] = [];
      const consider = (record: PoolRecord) => {
        const pool = poolOf(record, node);
        if (pool) pools.push(pool);
      };
      const own = localRecords.get(node.name);
      for (const record of own ?? []) consider(record);
      for (const record of sharedRecords) if (!own?.has(record)) consider(record);
      return pools.sort(byTurn);
    },
  };
}

/** The node that a slice is for alone. Slices with counters concern every node. */
const ownNode = ({ spec }: Slice): string | undefined => ((spec.sharedCounters?.length ?? 0) === 0 && spec.nodeName ? spec.nodeName : undefined);

function within<T>(sets: Map<string, Set<T>>, key: string): Set<T> {
  let set = sets.get(key);
  if (!set) {
    set = new Set();
    sets.set(key, set);
  }
  return set;
}

/** Removes a member of a set. Returns whether the set is gone. */
function without<T>(sets: Map<string, Set<T>>, key: string, member: T): boolean {
  const set = sets.get(key);
  set?.delete(member);
  return set?.size === 0 && sets.delete(key);
}

const hasBindingConditions = (pool: Pool): boolean => pool.state === 'usable' && pool.hasBindingConditions;
const byTurn = (a: Pool, b: Pool): number => Number(hasBindingConditions(a)) - Number(hasBindingConditions(b)) || inOrder(a.id, b.id);

/** Compares drivers, then pools. A driver has no slash in its name. */
function inOrder(a: string, b: string): number {
  const [driverA = a, driverB = b] = [a.split('/', 1)[0], b.split('/', 1)[0]];
  if (driverA !== driverB) return driverA < driverB ? -1 : 1;
  return a < b ? -1 : 1;
}

/** Returns undefined if no slice concerns the node, or if those that do are out of date. */
function poolOf(record: PoolRecord, node: SelectableNode): Pool | undefined {
  let relevant: Slice[] = [];
  let generation = -1;
  const consider = (slice: Slice) => {
    const own = slice.spec.pool.generation;
    if (own < generation) return;
    if (own > generation) relevant = [];
    generation = own;
    relevant.push(slice);
  };
  for (const slice of record.local.get(node.name) ?? []) consider(slice);
  for (const slice of record.shared) if (concerns(slice.spec, node)) consider(slice);
  const [first] = relevant;
  if (!first) return undefined;
  const key = relevant.length === 1 ? first.metadata.name : relevant.map(({ metadata }) => metadata.name).join();
  const known = record.built.get(key);
  if (known) return known;
  const count = first.spec.pool.resourceSliceCount;
  let all: readonly Slice[] = relevant;
  if (relevant.length !== count) {
    record.generations ??= byGeneration(record.slices);
    if (Math.max(...record.generations.keys()) > generation) return undefined;
    all = record.generations.get(generation) ?? [];
  }
  const pool: Pool | undefined = all.length === count ? buildPool(relevant, all) : { state: 'incomplete', id: record.id };
  if (pool) record.built.set(key, pool);
  return pool;
}

function byGeneration(slices: Iterable<Slice>): ReadonlyMap<number, readonly Slice[]> {
  const generations = new Map<number, Slice[]>();
  for (const slice of slices) {
    const { generation } = slice.spec.pool;
    const known = generations.get(generation);
    if (known) known.push(slice);
    else generations.set(generation, [slice]);
  }
  for (const list of generations.values()) list.sort(byName);
  return generations;
}
