const LONGEST_SECONDS = 32;

/**
 * The seconds after which the clients of a priority level should try again: doubled while it turns away three times as many requests as it
 * waits seconds, and one less once they are fewer (k8s.io/apiserver/pkg/util/flowcontrol/dropped_requests_tracker.go).
 */
export function createRetryAfter() {
  /** Requests turned away in each of the last seconds. */
  const dropped = new Map<number, number>();
  let seconds = 1;
  let changedAt = 0;

  function adjust(now: number): void {
    if (now - changedAt < seconds) return;
    let recent = 0;
    for (const [second, count] of dropped) {
      if (second < now - LONGEST_SECONDS) dropped.delete(second);
      else if (second < now && second >= now - seconds) recent += count;
    }
    if (recent >= 3 * seconds) seconds = Math.min(LONGEST_SECONDS, seconds * 2);
    else if (recent < seconds && seconds > 1) seconds--;
    else return;
    changedAt = now;
  }

  return {
    /** Counts a request that is turned away; returns the seconds for its Retry-After header. `now` in milliseconds. */
    drop(now: number): number {
      const second = Math.floor(now / 1000);
      dropped.set(second, (dropped.get(second) ?? 0) + 1);
      adjust(second);
      return seconds;
    },
  };
}
