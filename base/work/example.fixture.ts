import { threadId } from 'node:worker_threads';
import { serveWork } from './serve.ts';

export const exampleWork = {
  /** Tells one helper from another. */
  self: () => `${process.pid} ${threadId}`,
  double: async (value: number) => 2 * value,
  fail: (message: string): never => {
    throw new RangeError(message);
  },
  exit: () => process.exit(1),
};

serveWork(exampleWork);
