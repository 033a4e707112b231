import { createBackoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { createFifo } from '../../base/fifo.ts';
import type { Logger } from '../../base/log.ts';
import { systemRandom } from '../../base/random.ts';

/** Takes lines one after the other; a call begins when the one before it has ended. */
export interface LineAppender {
  /**
   * Appends the lines in order, each with its end. Returns how many have been taken; the others are given again.
   * The reason why it stopped is an error beside the number.
   */
  append(lines: readonly string[]): Promise<{ readonly taken: number; readonly error?: unknown }>;
  close(): Promise<void>;
}

export interface LineWriterOptions {
  readonly appender: LineAppender;
  readonly clock: Clock;
  readonly log: Logger;
  /** An attempt to write failed. */
  readonly failed: () => void;
  /** So many lines are lost: there was no room left to keep them. */
  readonly lost: (lines: number) => void;
  /** The characters that are kept for later while nothing can be written. */
  readonly maxWaiting?: number;
}

export interface LineWriter {
  /** Queues a line; returns at once. */
  write(line: string): void;
  /** Writes what is queued, as far as it can be, and closes. */
  close(): Promise<void>;
}

const MAX_WAITING = 64 * 1024 * 1024;
/** Lines that are appended at once. */
const BATCH = 512;

/**
 * Writes lines in the background, in order. If writing fails (a full disk), it is tried again with back-off, and lines are kept up to a bound;
 * beyond it the newest are lost and counted. Nobody waits.
 */
export function lineWriter({ appender, clock, log, lost, failed: attemptFailed, maxWaiting = MAX_WAITING }: LineWriterOptions): LineWriter {
  const queue = createFifo<string>();
  /** The lines that are being appended. */
  let batch: string[] = [];
  let waiting = 0;
  let running: Promise<void> | undefined;
  let cancelRetry: (() => void) | undefined;
  let isFailing = false;
  const backoff = createBackoff({ initialMs: 250, maxMs: 10_000, jitter: 0.1, random: systemRandom });

  const size = () => batch.length + queue.size;

  function failed(error: unknown): void {
    attemptFailed();
    if (!isFailing) log.error({ err: error, waiting: size() }, 'audit events cannot be written; they are kept and tried again');
    isFailing = true;
  }

  /** Appends until nothing is left or an attempt fails. */
  async function drain(): Promise<boolean> {
    for (;;) {
      while (batch.length < BATCH && queue.size > 0) batch.push(queue.shift() ?? '');
      if (batch.length === 0) break;
      const { taken, error } = await appender.append(batch);
      for (const line of batch.slice(0, taken)) waiting -= line.length;
      batch = batch.slice(taken);
      if (error !== undefined) {
        failed(error);
        return false;
      }
    }
    if (isFailing) log.info('audit events are written again');
    isFailing = false;
    backoff.reset();
    return true;
  }

  function start(): void {
    if (running || cancelRetry) return;
    running = drain().then((done) => {
      running = undefined;
      if (done) return size() > 0 ? start() : undefined;
      cancelRetry = clock.after(
        backoff.next(),
        () => {
          cancelRetry = undefined;
          start();
        },
        'background',
      );
    });
  }

  return {
    write(line) {
      if (waiting + line.length > maxWaiting) return lost(1);
      queue.push(line);
      waiting += line.length;
      start();
    },
    async close() {
      while (running) await running;
      cancelRetry?.();
      cancelRetry = undefined;
      if (size() > 0 && !(await drain())) {
        lost(size());
        log.error({ events: size() }, 'audit events are lost: they could not be written before the end');
      }
      await appender.close();
    },
  };
}
