import type { Clock } from '../../base/clock.ts';

/**
 * Tracks, per key, the writes that the cache does not show yet: a controller that has just created or deleted children must not act on
 * such a cache, or it would repeat them.
 *
 * Declare expectations *before* writing, and take back those whose write failed (`creationObserved`, `deletionObserved`). The wiring
 * reports the owned objects that are observed. After 5 minutes an expectation lapses.
 */
export interface Expectations {
  /** Expects `count` creations for the key, in place of its former expectations. */
  expectCreations(key: string, count: number): void;
  /** Expects the deletions of the objects with these UIDs, in place of the key's former expectations. */
  expectDeletions(key: string, uids: readonly string[]): void;
  /** Expects creations and deletions at once, in place of the key's former expectations. */
  expect(key: string, creations: number, deletions: readonly string[]): void;
  creationObserved(key: string): void;
  /** Reports an object that was deleted, or is terminating. */
  deletionObserved(key: string, uid: string): void;
  /** Whether the cache may be trusted: everything that was expected has been observed, or has lapsed. */
  satisfied(key: string): boolean;
  /** Drops the expectations of a deleted owner. */
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
    expect,
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
