/** Returns undefined for a zero count, which Go's `omitempty` leaves out, so that a status reads as upstream's. */
export const nonZero = (count: number): number | undefined => (count === 0 ? undefined : count);

/** Deletes the fields that are undefined; returns the same object. */
export function defined<T extends object>(object: T): T {
  for (const key of Object.keys(object)) if (Reflect.get(object, key) === undefined) Reflect.deleteProperty(object, key);
  return object;
}
