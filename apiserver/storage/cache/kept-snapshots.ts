import type { Snapshot } from '../../contract/cache.ts';

const MAX_KEPT = 16;
const KEPT_MS = 5 * 60_000;

/** The snapshots that lists under way still need, bounded in number and age (upstream's history is five minutes long too). */
export class KeptSnapshots {
  private readonly kept = new Map<string, { snapshot: Snapshot; until: number }>();

  /** Keeps a snapshot until its time is up. Being asked for again does not prolong it: a list that is not ended in time is told so. */
  keep(namespace: string, snapshot: Snapshot, now: number): void {
    const id = `${namespace} ${snapshot.revision}`;
    const before = this.kept.get(id);
    if (before && before.until > now) return;
    this.kept.delete(id);
    this.kept.set(id, { snapshot, until: now + KEPT_MS });
    for (const [other, { until }] of this.kept) {
      if (this.kept.size <= MAX_KEPT && until > now) break;
      this.kept.delete(other);
    }
  }

  find(namespace: string, revision: number, now: number): Snapshot | undefined {
    const entry = this.kept.get(`${namespace} ${revision}`);
    return entry && entry.until > now ? entry.snapshot : undefined;
  }
}
