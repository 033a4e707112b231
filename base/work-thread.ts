import type { ResourceLimits } from 'node:worker_threads';
import { parentPort, Worker } from 'node:worker_threads';

/** The functions that a thread offers, by name. Arguments and results cross over as copies. */
export type Work = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Runs a function of a thread's work there. Rejects with what it throws (of errors the message), or if the thread ends before it has answered. */
export type RunAside<W extends Work> = <K extends keyof W & string>(name: K, ...args: Parameters<W[K]>) => Promise<Awaited<ReturnType<W[K]>>>;

export interface WorkThreadOptions {
  /** The module that calls `serveWork`. */
  readonly module: () => URL;
  /** Default: those of the process. */
  readonly limits?: ResourceLimits;
  /** The time for which the thread waits for more when all is done, in milliseconds. Default 0. */
  readonly idleMs?: number;
}

interface Order {
  readonly id: number;
  readonly name: string;
  /** Those of the function that is named: no type can tell. */
  readonly args: never[];
}

type Reply = { readonly id: number } & ({ readonly result: never } | { readonly error: unknown });

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Returns a function that runs work in a thread of its own, which lives as long as there is work: its memory, and that of the packages
 * which it loads, is free again afterwards. It keeps the process from ending only while it works.
 */
export function createWorkThread<W extends Work>({ module, limits, idleMs = 0 }: WorkThreadOptions): RunAside<W> {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let nextId = 0;

  const start = (): Worker => {
    const started = new Worker(module(), { execArgv: ['--no-warnings'], ...(limits && { resourceLimits: limits }) });
    const end = (error: Error) => {
      if (worker !== started) return;
      worker = undefined;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    started.on('message', (reply: Reply) => {
      const caller = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (waiting.size === 0) rest(started);
      if ('error' in reply) caller?.reject(reply.error);
      else caller?.resolve(reply.result);
    });
    started.on('error', end);
    started.on('exit', () => end(new Error('the thread ended before its work was done')));
    return started;
  };

  const rest = (resting: Worker): void => {
    resting.unref();
    const end = () => {
      if (worker === resting) worker = undefined;
      void resting.terminate();
    };
    if (idleMs === 0) end();
    else idle = setTimeout(end, idleMs).unref();
  };

  return (name, ...args) => {
    clearTimeout(idle);
    worker ??= start();
    worker.ref();
    const order: Order = { id: nextId++, name, args };
    worker.postMessage(order);
    return new Promise((resolve, reject) => waiting.set(order.id, { resolve, reject }));
  };
}

/** Serves the work of this thread to the one that has started it. */
export function serveWork(work: Work): void {
  const run = async ({ id, name, args }: Order): Promise<Reply> => {
    try {
      return { id, result: (await work[name]?.(...args)) as never };
    } catch (error) {
      return { id, error };
    }
  };
  parentPort?.on('message', (order: Order) => void run(order).then((reply) => parentPort?.postMessage(reply)));
}
