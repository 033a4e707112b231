import { Worker } from 'node:worker_threads';
import type { FromWorker, Replies, Request } from './protocol.ts';

/** The store's end of the thread that owns the database file. */
export interface DatabaseThread {
  /** The newest revision when the file was opened. */
  readonly revision: number;
  /** Replies come in the order of the requests. Rejects if the request failed, or the thread has ended. */
  ask<T extends Request>(request: T): Promise<Replies[T['type']]>;
  /** Closes the file and ends the thread; does nothing if it has ended. */
  close(): Promise<void>;
}

interface Waiting {
  /** The reply to a request has the request's type: the protocol promises it, no type can. */
  readonly resolve: (reply: never) => void;
  readonly reject: (error: Error) => void;
}

/** In a bundle the worker is a file of its own beside it: see scripts/build.ts. */
const workerUrl = () => new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './sqlite-worker.mjs', import.meta.url);

/** @throws when the file cannot be opened, or another process has it open. */
export async function startDatabaseThread(file: string): Promise<DatabaseThread> {
  const worker = new Worker(workerUrl(), { workerData: { file }, execArgv: ['--no-warnings'] });
  const waiting = new Map<number, Waiting>();
  const opened = Promise.withResolvers<number>();
  let nextId = 0;
  let broken: Error | undefined;

  const take = (id: number): Waiting | undefined => {
    const found = waiting.get(id);
    waiting.delete(id);
    return found;
  };
  const fail = (error: Error) => {
    broken ??= error;
    opened.reject(broken);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };

  worker.on('message', (message: FromWorker) => {
    switch (message.type) {
      case 'opened':
        return opened.resolve(message.revision);
      case 'failed':
        return take(message.id)?.reject(new Error(`sqlite store ${file}: ${message.message}`));
      case 'reply':
        return take(message.id)?.resolve(message.reply as never);
    }
  });
  worker.on('error', (error) => {
    const locked = /database is locked/.test(error.message);
    const explained = locked ? `${file} is in use by another process: stop the other server first` : `sqlite store ${file}: ${error.message}`;
    fail(new Error(explained, { cause: error }));
  });
  worker.on('exit', (code) => fail(new Error(`sqlite store ${file}: the database thread ended (code ${code})`)));

  const ask = <T extends Request>(request: T): Promise<Replies[T['type']]> => {
    if (broken) return Promise.reject(broken);
    return new Promise((resolve, reject) => {
      waiting.set(++nextId, { resolve, reject });
      worker.postMessage({ id: nextId, request });
    });
  };

  return {
    revision: await opened.promise,
    ask,
    async close() {
      if (broken) return;
      await ask({ type: 'close' });
      broken = new Error(`sqlite store ${file} is closed`);
      await worker.terminate();
    },
  };
}
