import { Worker } from 'node:worker_threads';
import { createFifo } from '../../base/fifo.ts';
import type { LoopGuardOptions } from '../../base/watchdog.ts';
import { StoreError } from '../store-error.ts';
import type { Failure } from './faults.ts';
import type { FromWorker, Replies, Request } from './protocol.ts';

/** Sends a request to the thread. Replies come in the order of the requests. Rejects with a StoreError if it failed or the thread has ended. */
export type Ask = <T extends Request>(request: T) => Promise<Replies[T['type']]>;

/** A thread that has the database file open. */
export interface DatabaseThread {
  /** The newest revision when the file was opened. */
  readonly revision: number;
  readonly ask: Ask;
  /** Resolves with the reason once the thread has ended, whatever ended it; the file is closed then. */
  readonly ended: Promise<StoreError>;
  /** Closes the file and ends the thread; does nothing if it has ended. */
  close(): Promise<void>;
}

/** The event loop that the thread watches beside its work. */
export type ThreadGuard = Pick<LoopGuardOptions, 'cells' | 'limitSeconds'>;

interface Waiting {
  /** The reply to a request has the request's type: the protocol promises it, no type can. */
  readonly resolve: (reply: never) => void;
  readonly reject: (error: Error) => void;
}

/** In a bundle the worker is a file of its own beside it: see scripts/build.ts. */
const workerUrl = () => new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './sqlite-worker.mjs', import.meta.url);

const errorOf = ({ fault, message }: Failure): StoreError => new StoreError(fault, `sqlite store: ${message}`);

/** The first message to a thread. */
export interface Opening {
  readonly file: string;
  readonly guard: ThreadGuard | undefined;
}

/** A thread that has no file yet. */
let spare: Worker | undefined;

const boot = (): Worker => new Worker(workerUrl(), { execArgv: ['--no-warnings'] });

/** Boots the next thread ahead of time; it does not keep the process from ending. */
export function bootDatabaseThread(): void {
  if (spare) return;
  spare = boot();
  spare.unref();
}

function takeWorker(): Worker {
  const worker = spare ?? boot();
  spare = undefined;
  worker.ref();
  return worker;
}

/** Starts a thread on the file. @throws StoreError if the file cannot be opened, or another process has it open. */
export async function startDatabaseThread(file: string, guard?: ThreadGuard): Promise<DatabaseThread> {
  const worker = takeWorker();
  const opening: Opening = { file, guard };
  worker.postMessage(opening);
  /** In the order of their requests, which is that of the replies. */
  const waiting = createFifo<Waiting>();
  const opened = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<StoreError>();
  let broken: StoreError | undefined;

  const fail = (error: StoreError) => {
    broken ??= error;
    opened.reject(broken);
    for (let next = waiting.shift(); next; next = waiting.shift()) next.reject(broken);
  };

  worker.on('message', (message: FromWorker) => {
    switch (message.type) {
      case 'opened':
        return opened.resolve(message.revision);
      case 'unopened':
        return fail(errorOf(message.failure));
      case 'reply':
        return waiting.shift()?.resolve(message.reply as never);
      case 'failed': {
        const error = errorOf(message.failure);
        waiting.shift()?.reject(error);
        if (!message.failure.reopen) return;
        fail(error);
        void worker.terminate();
      }
    }
  });
  worker.on('error', (error) =>
    fail(new StoreError('Unavailable', `sqlite store ${file}: the database thread failed: ${error.message}`, { cause: error })),
  );
  worker.on('exit', (code) => {
    fail(new StoreError('Unavailable', `sqlite store ${file}: the database thread ended (code ${code})`));
    ended.resolve(broken as StoreError);
  });

  const ask: Ask = (request) => {
    if (broken) return Promise.reject(broken);
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      worker.postMessage(request);
    });
  };

  return {
    revision: await opened.promise,
    ask,
    ended: ended.promise,
    async close() {
      if (!broken) {
        await ask({ type: 'close' });
        broken = new StoreError('Unavailable', `sqlite store ${file} is closed`);
      }
      await worker.terminate();
    },
  };
}
