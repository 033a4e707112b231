/** Values within a JSON value that are done in one step: work on so many is a matter of a millisecond. */
const SHORT_COUNT = 2_000;

/** Tells the long parts of a JSON value, on which work must pause, from the short ones. */
export interface LongValues {
  /** Whether a part holds more values than can be worked on in one step. The cost of asking for each part of a value is linear in its size. */
  isLong(value: unknown): boolean;
}

export function longValues(): LongValues {
  const known = new Set<object>();
  /** Returns the values that are left of the allowed number behind this one; negative once there are too many. */
  function count(value: unknown, allowed: number): number {
    if (typeof value !== 'object' || value === null) return allowed - 1;
    if (known.has(value)) return -1;
    let left = allowed - 1;
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length && left >= 0; i++) left = count(value[i], left);
    } else {
      const fields = value as Readonly<Record<string, unknown>>;
      for (const key in fields) {
        left = count(fields[key], left);
        if (left < 0) break;
      }
    }
    return left;
  }
  return {
    isLong(value) {
      if (typeof value !== 'object' || value === null) return false;
      if (count(value, SHORT_COUNT) >= 0) return false;
      known.add(value);
      return true;
    },
  };
}
