import { writeSync } from 'node:fs';
import { url as inspectorUrl } from 'node:inspector';

/** The memory that the event loop shares with the thread that watches it. */
export interface Heartbeats {
  /** [beats, whether a debugger is attached] */
  readonly cells: Int32Array<SharedArrayBuffer>;
  stop(): void;
}

const BEATS = 0;
const DEBUGGED = 1;
const EVERY_MS = 1_000;
/** Silence from which on the log tells of it, in beats. */
const TOLD_AFTER = 5;

/** Has the event loop of this thread count up once a second, for `guardLoop` in another thread. */
export function startHeartbeats(): Heartbeats {
  const cells = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const timer = setInterval(() => {
    Atomics.add(cells, BEATS, 1);
    Atomics.store(cells, DEBUGGED, inspectorUrl() === undefined ? 0 : 1);
  }, EVERY_MS);
  timer.unref();
  return { cells, stop: () => clearInterval(timer) };
}

export interface LoopGuardOptions {
  readonly cells: Int32Array<SharedArrayBuffer>;
  /** The process ends after so many seconds of silence; 0: never. */
  readonly limitSeconds: number;
  /** Writes one line of the log. Default: JSON on standard error, without the blocked loop's help. */
  readonly tell?: (level: 'warn' | 'fatal', message: string) => void;
  /** Ends the process. Default: SIGKILL, the one signal that a blocked loop cannot miss. */
  readonly end?: () => void;
}

function tellOnStandardError(level: string, message: string): void {
  try {
    writeSync(2, `${JSON.stringify({ level, time: new Date().toISOString(), component: 'watchdog', msg: message })}\n`);
  } catch {
    // The log's disk may be full: there is nobody else to tell.
  }
}

/**
 * Watches the event loop of another thread: tells of a silence of five seconds and of its end, and ends the process when the silence has
 * lasted for the limit, so that its supervisor starts it again. A debugger may stop the loop. Time in which this thread did not run either
 * (a suspended machine) does not count. Returns the function that ends the watch; `look` is called once a second by itself.
 */
export function guardLoop({ cells, limitSeconds, tell = tellOnStandardError, end = () => process.kill(process.pid, 'SIGKILL') }: LoopGuardOptions) {
  let seen = Atomics.load(cells, BEATS);
  let silent = 0;
  let begun = seen > 0;
  function look(): void {
    const beats = Atomics.load(cells, BEATS);
    if (beats !== seen) {
      if (begun && silent >= TOLD_AFTER) tell('warn', `the event loop runs again; it was blocked for ${silent} s`);
      begun = true;
      seen = beats;
      silent = 0;
      return;
    }
    // A start-up counts from the first beat on.
    if (!begun || Atomics.load(cells, DEBUGGED) !== 0) return;
    silent++;
    if (silent === TOLD_AFTER) tell('warn', `the event loop has been blocked for ${silent} s`);
    if (limitSeconds === 0 || silent !== limitSeconds) return;
    tell('fatal', `the event loop has been blocked for ${silent} s: the process ends, so that its supervisor starts it again`);
    end();
  }
  const timer = setInterval(look, EVERY_MS);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}
