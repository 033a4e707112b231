import { Worker } from 'node:worker_threads';
import type { Clock } from './clock.ts';
import type { Heartbeats } from './watchdog.ts';

/** In a bundle the worker is a file of its own beside it: see scripts/bundle.ts. */
const workerUrl = () => new URL(import.meta.url.endsWith('.ts') ? './watchdog-worker.ts' : './watchdog-worker.mjs', import.meta.url);

const RESTART_MS = 1_000;
/** The thread holds a number. */
const LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16, stackSizeMb: 1 };

export interface WatchdogThread {
  /** Returns why the watchdog does not watch; undefined if it does. */
  fault(): string | undefined;
  stop(): Promise<void>;
}

/**
 * Starts a thread that watches this one's event loop; it is started anew if it ends. It costs some 16 MB: a thread that is there for other
 * reasons had better call `guardLoop` itself.
 */
export function startWatchdogThread({ cells }: Heartbeats, limitSeconds: number, clock: Clock): WatchdogThread {
  let fault: string | undefined;
  let stopped = false;
  let worker = start();

  function start(): Worker {
    const started = new Worker(workerUrl(), { workerData: { cells, limitSeconds }, resourceLimits: LIMITS, execArgv: ['--no-warnings'] });
    started.unref();
    started.on('online', () => (fault = undefined));
    started.on('error', (error) => (fault = `the watchdog failed: ${error.message}`));
    started.on('exit', () => {
      if (stopped) return;
      fault ??= 'the watchdog ended';
      clock.after(RESTART_MS, () => (worker = start()), 'background');
    });
    return started;
  }

  return {
    fault: () => fault,
    async stop() {
      stopped = true;
      await worker.terminate();
    },
  };
}
