import type { ResourceLimits } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import type { HelperEvents, RunAside, Work } from './aside.ts';
import { workAside } from './aside.ts';

export interface ThreadOptions {
  /** The module that calls `serveWork`. */
  readonly module: () => URL;
  readonly limits: ResourceLimits;
}

/** Has work done in a thread that lives as long as there is work. It is there sooner than a process, and leaves some 3 MB behind. */
export function createWorkThread<W extends Work>({ module, limits }: ThreadOptions): RunAside<W> {
  const start = ({ replied, ended }: HelperEvents) => {
    const worker = new Worker(module(), { execArgv: ['--no-warnings'], resourceLimits: limits });
    worker.on('message', replied);
    worker.on('error', ended);
    worker.on('exit', () => ended(new Error('the thread ended before its work was done')));
    return {
      send: (order: unknown) => worker.postMessage(order),
      hold: (isHeld: boolean) => void (isHeld ? worker.ref() : worker.unref()),
      end: () => void worker.terminate(),
    };
  };
  return workAside<W>(start, 0);
}
