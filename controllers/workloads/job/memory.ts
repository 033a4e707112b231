import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import type { FailureRun } from './backoff.ts';
import { NO_FAILURES } from './backoff.ts';
import { isTracked } from './job-pods.ts';

/** Keeps what the process knows of its Jobs beside the caches. A new Job of an old name begins without it. */
export interface JobMemory {
  /** Returns the failures so far, and the UIDs of the given pods whose finalizer is removed although the cache shows it. */
  recall(key: string, uid: string, pods: readonly Live<Pod>[]): { readonly failures: FailureRun; readonly released: ReadonlySet<string> };
  remember(key: string, failures: FailureRun): void;
  /** Declares that the process has written the Job; the cache shows it from this resource version on. */
  wrote(key: string, job: Live<KubeObject>): void;
  /** Whether the cache shows the Job as it was before the process wrote it: pods that are counted by now would seem not to be. */
  isBehind(key: string, job: Live<KubeObject>): boolean;
  /** Declares a removal before it is tried. */
  expectRelease(key: string, podUid: string): void;
  releaseFailed(key: string, podUid: string): void;
  forget(key: string): void;
}

interface Entry {
  readonly uid: string;
  failures: FailureRun;
  released: Set<string>;
  written: string | undefined;
}

const integer = /^\d+$/;

/** Compares resource versions, which are increasing integers; others are not compared. */
const isOlder = (version: string, other: string): boolean => integer.test(version) && integer.test(other) && BigInt(version) < BigInt(other);

export function createJobMemory(): JobMemory {
  const entries = new Map<string, Entry>();
  return {
    recall(key, uid, pods) {
      let entry = entries.get(key);
      if (entry?.uid !== uid) {
        entry = { uid, failures: NO_FAILURES, released: new Set(), written: undefined };
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
    wrote(key, { metadata }) {
      const entry = entries.get(key);
      if (entry?.uid === metadata.uid) entry.written = metadata.resourceVersion;
    },
    isBehind(key, { metadata }) {
      const entry = entries.get(key);
      return entry?.uid === metadata.uid && entry.written !== undefined && isOlder(metadata.resourceVersion, entry.written);
    },
    expectRelease: (key, podUid) => void entries.get(key)?.released.add(podUid),
    releaseFailed: (key, podUid) => void entries.get(key)?.released.delete(podUid),
    forget: (key) => void entries.delete(key),
  };
}
