import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../checkout.ts';

/** A part of skiff that runs in the foreground, as a user starts it by hand. */
export interface PartProcess {
  /** Resolves with the exit code once the process has ended. */
  readonly ended: Promise<number | null>;
  /** Returns what it has written so far. */
  output(): string;
  /** Sends one SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Ends it without asking. */
  kill(): void;
}

/** Runs a command of skiff in the foreground. */
export function startPart(args: readonly string[], env: Readonly<Record<string, string>> = {}): PartProcess {
  const child = spawn(join(ROOT, 'skiff'), args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  const ended = new Promise<number | null>((resolve) => {
    // Not at `exit`: what it wrote last may come after that.
    child.once('close', (code) => resolve(code));
  });
  return {
    ended,
    output: () => said,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
