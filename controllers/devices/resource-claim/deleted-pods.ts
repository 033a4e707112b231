/** UIDs of pods that are known to be deleted. */
export interface DeletedPods {
  add(uid: string): void;
  has(uid: string): boolean;
}

/** Remembers so many UIDs, as upstream does, and forgets the oldest first: of a pod that is forgotten the server is asked. */
const MAX_REMEMBERED = 500;

export function createDeletedPods(): DeletedPods {
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
