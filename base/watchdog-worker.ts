import { workerData } from 'node:worker_threads';
import { guardLoop } from './watchdog.ts';

/** A thread that does nothing but watch the event loop of the main one; for processes that have no other thread to do it. */
guardLoop(workerData as { cells: Int32Array<SharedArrayBuffer>; limitSeconds: number });
setInterval(() => {}, 2 ** 30);
