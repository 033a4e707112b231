interface Pulls {
  /** Pulls that have begun and have not succeeded. */
  open: number;
  /** The time at which the oldest of them began. */
  since: number;
  /** The end of the last pull that succeeded. */
  end: number;
  totalMs: number;
}

/** The time in which images were pulled for pods, as kubelet measures it (pkg/kubelet/util/pod_startup_latency_tracker.go). */
export interface PullTimes {
  began(podUid: string, now: number): void;
  /** A pull has succeeded: it counts from the oldest beginning, be that of a pull that failed. Pulls at the same time count once. */
  ended(podUid: string, now: number): void;
  /** Returns the milliseconds for a pod, and forgets it. */
  take(podUid: string): number;
}

export function createPullTimes(): PullTimes {
  const pods = new Map<string, Pulls>();
  return {
    began(podUid, now) {
      const pulls = pods.get(podUid) ?? { open: 0, since: now, end: 0, totalMs: 0 };
      if (pulls.open === 0) pulls.since = now;
      pulls.open++;
      pods.set(podUid, pulls);
    },
    ended(podUid, now) {
      const pulls = pods.get(podUid);
      if (!pulls) return;
      pulls.totalMs += now - Math.max(pulls.since, pulls.end);
      pulls.end = now;
      pulls.open--;
    },
    take(podUid) {
      const { totalMs = 0 } = pods.get(podUid) ?? {};
      pods.delete(podUid);
      return totalMs;
    },
  };
}
