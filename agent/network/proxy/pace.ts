import type { Clock } from '../../../base/clock.ts';
import { nextTurn } from '../../../base/next-turn.ts';

/** Longest stretch of work before the event loop gets its turn. */
const STRETCH_MS = 8;

/** Cuts long work into stretches. */
export interface Pace {
  /** Whether the stretch has lasted long enough: `rest` is due. */
  isOver(): boolean;
  /** Lets the event loop have its turn, and begins the next stretch. */
  rest(): Promise<void>;
}

export function createPace(clock: Clock): Pace {
  let since = clock.monotonic();
  return {
    isOver: () => clock.monotonic() - since >= STRETCH_MS,
    async rest() {
      await nextTurn();
      since = clock.monotonic();
    },
  };
}

/** The parts as one text, joined in stretches. */
export async function joined(clock: Clock, parts: Iterable<string>): Promise<string> {
  const all: string[] = [];
  const pace = createPace(clock);
  for (const part of parts) {
    all.push(part);
    if (pace.isOver()) await pace.rest();
  }
  return all.join('');
}
