/** A first-in, first-out queue; both operations take constant time. */
export interface Fifo<T> {
  push(value: T): void;
  shift(): T | undefined;
  readonly size: number;
}

export function createFifo<T>(): Fifo<T> {
  let values: (T | undefined)[] = [];
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
        values = values.slice(head);
        head = 0;
      }
      return value;
    },
    get size() {
      return values.length - head;
    },
  };
}
