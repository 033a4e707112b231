interface Pulls {
  /** The times at which pulls began that have not succeeded, oldest first. */
  readonly begun: number[];
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
      const known = pods.get(podUid);
      if (known) known.begun.push(now);
      else pods.set(podUid, { begun: [now], end: 0, totalMs: 0 });
    },
    ended(podUid, now) {
      const pulls = pods.get(podUid);
      const begin = pulls?.begun.shift();
      if (!pulls || begin === undefined) return;
      pulls.totalMs += now - Math.max(begin, pulls.end);
      pulls.end = now;
    },
    take(podUid) {
      const { totalMs = 0 } = pods.get(podUid) ?? {};
      pods.delete(podUid);
      return totalMs;
    },
  };
}
