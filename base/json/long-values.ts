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

/** The keys of objects as they were when they were noted. */
export interface KeyNotes {
  note(value: object, keys: readonly string[]): void;
  /** Returns the keys of an object; lists them if they were not noted. */
  of(value: object): readonly string[];
}

/** Keeps the keys of objects that are made key by key: V8 lists those of 240,000 in one step of 100 ms. */
function createKeyNotes(): KeyNotes {
  const noted = new WeakMap<object, readonly string[]>();
  return { note: (value, keys) => void noted.set(value, keys), of: (value) => noted.get(value) ?? Object.keys(value) };
}

/** The keys of the long objects of a text that was parsed. What is changed in place may not be looked up here. */
export const parsedKeys: KeyNotes = createKeyNotes();

/** The keys of long maps as they were decoded, before defaults and changes: good for a look at their size only. */
export const decodedKeys: KeyNotes = createKeyNotes();

/** Whether an object or list has members. Of a long one it is known: V8 lists all keys of an object before it gives the first one. */
export function hasMembers(value: object): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (long.has(value)) return true;
  for (const _ in value) return true;
  return false;
}

/** Notes that a value is long if the one is that it was made of; returns it. */
export const markAs = <T extends object>(value: T, source: unknown): T => (isLong(source) ? markLong(value) : value);

/**
 * Notes that an object is long if one of its fields is, or one of the fields of these down to `depth`. Objects that the process puts together
 * of parts of others are not marked. Returns whether it is long.
 */
export function markAbove(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (long.has(value)) return true;
  if (depth === 0 || Array.isArray(value)) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  let isLong = false;
  for (const key in fields) if (markAbove(fields[key], depth - 1)) isLong = true;
  if (isLong) long.add(value);
  return isLong;
}
