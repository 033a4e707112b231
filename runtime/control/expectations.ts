import type { Clock } from '../../base/clock.ts';

/**
 * "Wait until my cache has seen my write", per key: a controller that has just created or deleted children
 * must not act on a cache that does not show it yet, or it would do the same again.
 *
 * Declare *before* writing; take back what then failed (`creationObserved`, `deletionObserved`);
 * handlers of the children's informer report what they see. After 5 minutes an expectation lapses.
 */
export interface Expectations {
  /** The key's owner is about to make `count` children. Replaces what was expected for the key. */
  expectCreations(key: string, count: number): void;
  /** The key's owner is about to delete the children with these UIDs. Replaces what was expected for the key. */
  expectDeletions(key: string, uids: readonly string[]): void;
  creationObserved(key: string): void;
  /** Seen gone, or seen with a deletion timestamp. */
  deletionObserved(key: string, uid: string): void;
  /** All that was expected has been seen, or nothing was, or it lapsed: the cache may be trusted. */
  satisfied(key: string): boolean;
  /** The owner is gone. */
  forget(key: string): void;
}

interface Expected {
  creations: number;
  readonly deletions: Set<string>;
  /** Monotonic milliseconds. */
  readonly since: number;
}

const LAPSE_MS = 300_000;

export function createExpectations(clock: Clock): Expectations {
  const byKey = new Map<string, Expected>();
  const expect = (key: string, creations: number, deletions: readonly string[]) => {
    byKey.set(key, { creations, deletions: new Set(deletions), since: clock.monotonic() });
  };
  return {
    expectCreations: (key, count) => expect(key, count, []),
    expectDeletions: (key, uids) => expect(key, 0, uids),
    creationObserved(key) {
      const expected = byKey.get(key);
      if (expected && expected.creations > 0) expected.creations--;
    },
    deletionObserved: (key, uid) => void byKey.get(key)?.deletions.delete(uid),
    satisfied(key) {
      const expected = byKey.get(key);
      if (!expected) return true;
      return (expected.creations === 0 && expected.deletions.size === 0) || clock.monotonic() - expected.since > LAPSE_MS;
    },
    forget: (key) => void byKey.delete(key),
  };
}
