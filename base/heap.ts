/** A binary heap: `peek` and `pop` return the value that comes before all others. The order of equal values is undefined. */
export interface Heap<T> {
  push(value: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
  readonly size: number;
}

export function createHeap<T>(before: (a: T, b: T) => boolean): Heap<T> {
  const values: T[] = [];
  /** Whether the value at `a` exists and comes before the one at `b`, if any. */
  const isBefore = (a: number, b: number): boolean => {
    const [first, second] = [values[a], values[b]];
    return first !== undefined && (second === undefined || before(first, second));
  };
  const swap = (a: number, b: number) => {
    const [first, second] = [values[a], values[b]];
    if (first !== undefined && second !== undefined) [values[a], values[b]] = [second, first];
  };
  return {
    push(value) {
      values.push(value);
      for (let child = values.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1;
        if (!isBefore(child, parent)) return;
        swap(parent, child);
        child = parent;
      }
    },
    peek: () => values[0],
    pop() {
      const top = values[0];
      const last = values.pop();
      if (top === undefined || last === undefined || values.length === 0) return top;
      values[0] = last;
      for (let parent = 0; ; ) {
        const left = 2 * parent + 1;
        const child = isBefore(left + 1, left) ? left + 1 : left;
        if (!isBefore(child, parent)) return top;
        swap(parent, child);
        parent = child;
      }
    },
    get size() {
      return values.length;
    },
  };
}
