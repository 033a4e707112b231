import { parentPort } from 'node:worker_threads';
import type { Order, Reply, Work } from './aside.ts';

/** Does work for whoever has started this thread or process, which does nothing else. */
export function serveWork(work: Work): void {
  const run = async ({ id, name, args }: Order): Promise<Reply> => {
    try {
      return { id, result: (await work[name]?.(...args)) as never };
    } catch (error) {
      return { id, error };
    }
  };
  const port = parentPort;
  if (port) port.on('message', (order: Order) => void run(order).then((reply) => port.postMessage(reply)));
  else process.on('message', (order: Order) => void run(order).then((reply) => process.send?.(reply)));
}
