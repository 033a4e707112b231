import { threadId } from 'node:worker_threads';
import { serveWork } from './work-thread.ts';

export const exampleWork = {
  thread: () => threadId,
  double: async (value: number) => 2 * value,
  fail: (message: string): never => {
    throw new RangeError(message);
  },
  exit: () => process.exit(1),
};

serveWork(exampleWork);
