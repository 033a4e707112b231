import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { HelperEvents, RunAside, Work } from './aside.ts';
import { workAside } from './aside.ts';

export interface ProcessOptions {
  /** The module that calls `serveWork`. */
  readonly module: () => URL;
  /** The time for which the process waits for more when all is done, in milliseconds. */
  readonly idleMs: number;
}

/** Has work done in a process of its own, which gives back all of its memory when it ends. It ends with this one, too. */
export function createWorkProcess<W extends Work>({ module, idleMs }: ProcessOptions): RunAside<W> {
  const start = ({ replied, ended }: HelperEvents) => {
    const child = fork(fileURLToPath(module()), {
      execArgv: ['--no-warnings', '--max-semi-space-size=1'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', replied);
    child.on('error', ended);
    child.on('exit', () => ended(new Error('the process ended before its work was done')));
    return {
      send: (order: object) => void child.send(order, (error) => error && ended(error)),
      hold(isHeld: boolean) {
        if (isHeld) {
          child.ref();
          child.channel?.ref();
        } else {
          child.unref();
          child.channel?.unref();
        }
      },
      end: () => void child.kill('SIGKILL'),
    };
  };
  return workAside<W>(start, idleMs);
}
