/** A first-in, first-out queue; both operations take constant time on average. What has been taken out is not held any more. */
export interface Fifo<T> {
  push(value: T): void;
  shift(): T | undefined;
  readonly size: number;
}

export function createFifo<T>(): Fifo<T> {
  const values: (T | undefined)[] = [];
  let head = 0;
  return {
    push: (value) => {
      values.push(value);
    },
    shift() {
      if (head >= values.length) return undefined;
      const value = values[head];
      values[head++] = undefined;
      if (head > 1024 && head * 2 > values.length) {
        values.splice(0, head);
        head = 0;
      }
      return value;
    },
    get size() {
      return values.length - head;
    },
  };
}
