/** A value that is at hand, or one that is still to come. */
export type MaybePromise<T> = T | Promise<T>;

/** Calls `next` with a value, at once unless it is a promise: what need not wait costs no turn of the microtask queue. */
export const chained = <T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> =>
  value instanceof Promise ? value.then(next) : next(value);
