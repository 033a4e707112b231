/** UIDs of objects that something has happened to. */
export interface RememberedUids {
  add(uid: string): void;
  has(uid: string): boolean;
}

/** The number of UIDs that upstream's caches of this kind keep, too. */
const MAX_REMEMBERED = 500;

/** Creates a memory of the latest UIDs. It forgets the oldest first: those who ask must be right about forgotten ones as well. */
export function createRememberedUids(): RememberedUids {
  const uids = new Set<string>();
  return {
    has: (uid) => uids.has(uid),
    add(uid) {
      uids.delete(uid);
      uids.add(uid);
      for (const oldest of uids) {
        if (uids.size <= MAX_REMEMBERED) break;
        uids.delete(oldest);
      }
    },
  };
}
