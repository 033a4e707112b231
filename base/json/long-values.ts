/**
 * The parts of JSON values on which work is to pause: the objects and lists whose text is longer than a piece (see parse-steps.ts), and what is
 * made of them. It is known without looking at their contents: to list the keys of an object of 100,000 takes tens of milliseconds. A long value
 * has members.
 */
const long = new WeakSet<object>();

/** Whether a value is known to be long. A value that is not may be long all the same: work on it is done at once, as on a short one. */
export const isLong = (value: unknown): boolean => typeof value === 'object' && value !== null && long.has(value);

/** Notes that a value is long; returns it. */
export function markLong<T extends object>(value: T): T {
  long.add(value);
  return value;
}

/** Notes that a value is not long after all: what made its text long is blank. */
export const unmarkLong = (value: object): void => void long.delete(value);

/** Whether an object or list has members. Of a long one it is known: V8 lists all keys of an object before it gives the first one. */
export function hasMembers(value: object): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (long.has(value)) return true;
  for (const _ in value) return true;
  return false;
}

/** Notes that a value is long if the one is that it was made of; returns it. */
export const markAs = <T extends object>(value: T, source: unknown): T => (isLong(source) ? markLong(value) : value);
