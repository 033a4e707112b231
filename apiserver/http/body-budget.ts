import type { Clock } from '../../base/clock.ts';

interface Waiter {
  readonly bytes: number;
  readonly sender: string;
  readonly settle: (granted: boolean) => void;
}

/** The memory for the bodies of requests that are being read or served. No sender has more than half of it: others always find room. */
export interface BodyBudget {
  /** Reserves memory; returns true, or a promise of whether there was some within `withinMs`. */
  take(bytes: number, sender: string, withinMs: number): true | Promise<boolean>;
  give(bytes: number, sender: string): void;
}

export function createBodyBudget(totalBytes: number, clock: Clock): BodyBudget {
  const held = new Map<string, number>();
  const waiting = new Set<Waiter>();
  let free = totalBytes;

  const fits = (bytes: number, sender: string): boolean => bytes <= free && (held.get(sender) ?? 0) + bytes <= totalBytes / 2;
  function reserve(bytes: number, sender: string): void {
    free -= bytes;
    held.set(sender, (held.get(sender) ?? 0) + bytes);
  }

  return {
    take(bytes, sender, withinMs) {
      if (fits(bytes, sender)) {
        reserve(bytes, sender);
        return true;
      }
      return new Promise((resolve) => {
        const waiter: Waiter = {
          bytes,
          sender,
          settle(granted) {
            cancel();
            waiting.delete(waiter);
            resolve(granted);
          },
        };
        const cancel = clock.after(withinMs, () => waiter.settle(false));
        waiting.add(waiter);
      });
    },
    give(bytes, sender) {
      free += bytes;
      const left = (held.get(sender) ?? 0) - bytes;
      if (left > 0) held.set(sender, left);
      else held.delete(sender);
      for (const waiter of waiting) {
        if (!fits(waiter.bytes, waiter.sender)) continue;
        reserve(waiter.bytes, waiter.sender);
        waiter.settle(true);
      }
    },
  };
}
