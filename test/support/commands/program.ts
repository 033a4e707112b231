import { execFile } from 'node:child_process';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** The environment in which a Go program does without threads beside its own. A short run of kubectl or helm takes about a sixth less processor time so. */
export const ONE_PROCESSOR: NodeJS.ProcessEnv = { GOMAXPROCS: '1' };

/** Runs a program to its end; a non-zero exit is an outcome, not an error. */
export function run(file: string, args: readonly string[], { input, env, cwd, timeoutMs = 120_000 }: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      file,
      [...args],
      { env: { ...process.env, ...env }, cwd, timeout: timeoutMs, maxBuffer: 64 * 2 ** 20 },
      (error, stdout, stderr) =>
        resolve({
          code: error ? (typeof error.code === 'number' ? error.code : 1) : 0,
          stdout,
          stderr: error && stderr === '' ? error.message : stderr,
        }),
    );
    // A program that reads no input may have ended before the input is written.
    child.stdin?.on('error', () => {}).end(input ?? '');
  });
}
