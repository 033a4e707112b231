import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { nextTurn } from './next-turn.ts';

/** Work that can pause: it yields each time that it has done at most about a millisecond's worth. */
export type Steps<T> = Generator<void, T, void>;

/** Work without a pause for longer than this gives way to the rest of the process. */
const SLICE_MS = 4;

/** Does all of the work at once. */
export function finished<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Does the work of a text that is given out in parts: an empty part after each step lets whoever takes them do something else. */
export function* inParts<T>(steps: Steps<T>): Generator<string, T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield '';
  }
}

/** Does the work in slices of some milliseconds; others have their turn of the event loop between them. Rejects with what the work throws. */
export async function inTurns<T>(steps: Steps<T>, clock: Clock = systemClock): Promise<T> {
  await nextTurn();
  let begun = clock.monotonic();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (clock.monotonic() - begun < SLICE_MS) continue;
    await nextTurn();
    begun = clock.monotonic();
  }
}

/** Does the work in turns if it is long, otherwise at once. */
export const paced = <T>(isLong: boolean, steps: Steps<T>): T | Promise<T> => (isLong ? inTurns(steps) : finished(steps));
