import type { Steps } from '../../base/steps.ts';
import { finished } from '../../base/steps.ts';

/** The defaults under way that were put off; undefined if they are those of a short object. */
let postponed: (() => Steps<void>)[] | undefined;

/** Sets the defaults of a long object, with pauses in the parts that its kind puts off (`defaultLater`, `defaultEntries`). They follow the others, in order. */
export function* defaultsInSteps(setDefaults: () => void): Steps<void> {
  const outer = postponed;
  const parts: (() => Steps<void>)[] = [];
  postponed = parts;
  try {
    setDefaults();
  } finally {
    postponed = outer;
  }
  for (const part of parts) {
    yield;
    yield* part();
  }
}

/** Does a part of the defaults: at once, or for a long object in turns, after the rest. What is not put off may not depend on it. */
export function defaultLater(part: () => Steps<void>): void {
  if (postponed === undefined) finished(part());
  else postponed.push(part);
}

/** Entries that are looked at in one step. */
const STEP_COUNT = 500;

/** Calls `fill` for each entry of a map: at once, or for a long object in turns, after the rest. */
export function defaultEntries<T>(map: Readonly<Record<string, T>>, fill: (key: string, value: T) => void): void {
  if (postponed === undefined) for (const key in map) fill(key, map[key] as T);
  else postponed.push(() => entrySteps(map, fill));
}

function* entrySteps<T>(map: Readonly<Record<string, T>>, fill: (key: string, value: T) => void): Steps<void> {
  const keys = Object.keys(map);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    fill(key, map[key] as T);
    if (i % STEP_COUNT === 0) yield;
  }
}
