import { hasReason, StatusError } from '../../api/meta/status-error.ts';
import type { Clock } from '../../base/clock.ts';
import { sleep } from '../../base/clock.ts';
import { createFifo } from '../../base/fifo.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { systemRandom } from '../../base/random.ts';

export interface EventLinesOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Events that are not written when it aborts are dropped. */
  readonly signal: AbortSignal;
  readonly random?: Random;
}

/** The queues of events that wait to be written. */
export interface EventLines<E> {
  /** Puts an event at the end of the line of an object. Never throws, never waits. */
  push(object: string, event: E): void;
  /** Resolves when every event pushed so far has been written or dropped. */
  idle(): Promise<void>;
}

/** Lines of events that wait. An object always takes the same line, so that its events keep their order. */
const LINES = 8;
/** Limits the events that wait to be written, over all lines; further ones are dropped. */
const MAX_WAITING = 8000;
const MAX_TRIES = 12;
const RETRY_MS = 10_000;

/**
 * Writes events in the background, those of an object one after the other; tries again if the server cannot be reached.
 * @param begin called once per event when its turn comes; returns the write, or undefined to drop it
 */
export function createEventLines<E extends { readonly reason?: string | undefined }>(
  { clock, log, signal, random = systemRandom }: EventLinesOptions,
  begin: (event: E) => (() => Promise<void>) | undefined,
): EventLines<E> {
  const lines = Array.from({ length: LINES }, () => ({ waiting: createFifo<E>(), busy: false }));
  let waiting = 0;
  let dropped = 0;
  let idlers: (() => void)[] = [];

  const writeWithRetries = async (event: E): Promise<void> => {
    const write = begin(event);
    if (!write) return;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        return await write();
      } catch (error) {
        if (error instanceof StatusError && !hasReason(error, 'TooManyRequests', 'ServiceUnavailable', 'Timeout', 'ServerTimeout')) {
          log.debug({ err: error, reason: event.reason }, 'the server refused an event');
          return;
        }
        if (attempt === MAX_TRIES) {
          log.warn({ err: error, reason: event.reason }, 'an event could not be written');
          return;
        }
        await sleep(clock, RETRY_MS * (attempt === 1 ? random() : 1), signal);
      }
    }
  };

  const drain = async (line: (typeof lines)[number]): Promise<void> => {
    line.busy = true;
    for (let event = line.waiting.shift(); event; event = line.waiting.shift()) {
      await writeWithRetries(event);
      waiting--;
    }
    line.busy = false;
    if (waiting > 0) return;
    for (const resolve of idlers) resolve();
    idlers = [];
  };

  return {
    push(object, event) {
      if (signal.aborted) return;
      if (waiting >= MAX_WAITING) {
        if (dropped++ % 1000 === 0) log.warn({ dropped }, 'too many events wait to be written: dropping');
        return;
      }
      const line = lines[lineOf(object)];
      if (!line) return;
      waiting++;
      line.waiting.push(event);
      if (!line.busy) void drain(line);
    },
    idle: () => (waiting === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
  };
}

function lineOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) | 0;
  return Math.abs(hash) % LINES;
}
