import type { ObjectKey } from '../../../api/meta/object.ts';
import { keyText } from '../../../api/meta/object.ts';

/** The delays that gather bursts of pod changes, by the number of endpoints that each change writes anew. */
export interface Pace {
  set(key: string, endpoints: number): void;
  forget(key: string): void;
  /** Returns the delay of a service's key, in milliseconds. */
  delayMs(key: ObjectKey): number;
}

const AT_ONCE_UP_TO = 50;
const LONGEST_MS = 500;

/** Small services follow at once; a service of a thousand pods is written at most twice per second. */
export function createPace(): Pace {
  const sizes = new Map<string, number>();
  return {
    set(key, endpoints) {
      if (endpoints > AT_ONCE_UP_TO) sizes.set(key, endpoints);
      else sizes.delete(key);
    },
    forget: (key) => void sizes.delete(key),
    delayMs: (key) => (sizes.size === 0 ? 0 : Math.min(LONGEST_MS, Math.floor((sizes.get(keyText(key)) ?? 0) / 2))),
  };
}
