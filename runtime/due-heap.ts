/** A binary heap of values by due time; values of one due time come out in no particular order. */
export interface DueHeap<T> {
  push(due: number, value: T): void;
  peekDue(): number | undefined;
  pop(): T | undefined;
  readonly size: number;
}

interface Slot<T> {
  readonly due: number;
  readonly value: T;
}

export function createDueHeap<T>(): DueHeap<T> {
  const slots: Slot<T>[] = [];
  const dueAt = (index: number) => slots[index]?.due ?? Number.POSITIVE_INFINITY;
  const swap = (a: number, b: number) => {
    const [first, second] = [slots[a], slots[b]];
    if (first && second) [slots[a], slots[b]] = [second, first];
  };
  const siftDown = () => {
    for (let parent = 0; ; ) {
      const left = 2 * parent + 1;
      const child = dueAt(left + 1) < dueAt(left) ? left + 1 : left;
      if (child >= slots.length || dueAt(child) >= dueAt(parent)) return;
      swap(parent, child);
      parent = child;
    }
  };
  return {
    push(due, value) {
      slots.push({ due, value });
      for (let child = slots.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1;
        if (dueAt(parent) <= due) return;
        swap(parent, child);
        child = parent;
      }
    },
    peekDue: () => slots[0]?.due,
    pop() {
      const top = slots[0];
      const last = slots.pop();
      if (!top || !last) return undefined;
      if (slots.length > 0) {
        slots[0] = last;
        siftDown();
      }
      return top.value;
    },
    get size() {
      return slots.length;
    },
  };
}
