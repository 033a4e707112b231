import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { FailureRun } from './backoff.ts';
import { NO_FAILURES } from './backoff.ts';
import { isTracked } from './job-pods.ts';

/** What the process knows of its Jobs beside the caches. A new Job of an old name begins without it. */
export interface JobMemory {
  /** Returns the failures so far, and the UIDs of the given pods whose finalizer is removed although the cache shows it. */
  recall(key: string, uid: string, pods: readonly Live<Pod>[]): { readonly failures: FailureRun; readonly released: ReadonlySet<string> };
  remember(key: string, failures: FailureRun): void;
  /** Declares a removal before it is tried. */
  expectRelease(key: string, podUid: string): void;
  releaseFailed(key: string, podUid: string): void;
  forget(key: string): void;
}

interface Entry {
  readonly uid: string;
  failures: FailureRun;
  released: Set<string>;
}

export function createJobMemory(): JobMemory {
  const entries = new Map<string, Entry>();
  return {
    recall(key, uid, pods) {
      let entry = entries.get(key);
      if (entry?.uid !== uid) {
        entry = { uid, failures: NO_FAILURES, released: new Set() };
        entries.set(key, entry);
      }
      if (entry.released.size > 0) {
        const shown = new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid));
        entry.released = new Set([...entry.released].filter((released) => shown.has(released)));
      }
      return { failures: entry.failures, released: entry.released };
    },
    remember(key, failures) {
      const entry = entries.get(key);
      if (entry) entry.failures = failures;
    },
    expectRelease: (key, podUid) => void entries.get(key)?.released.add(podUid),
    releaseFailed: (key, podUid) => void entries.get(key)?.released.delete(podUid),
    forget: (key) => void entries.delete(key),
  };
}
