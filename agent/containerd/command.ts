import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program could not be started, or ended with a code that its caller did not allow. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly result: CommandResult | undefined;
  constructor(message: string, result?: CommandResult) {
    super(message);
    this.result = result;
  }
}

export interface CommandOptions {
  /** Written to standard input, which is then closed. A stream that fails leaves the input cut short: its owner handles the error. */
  readonly input?: string | Buffer | Readable;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end and resolves with its output and code; throws a CommandError only if it cannot be started. */
export function tryCommand(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: options.env ? { ...process.env, ...options.env } : process.env,
      signal: options.signal,
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error) => reject(new CommandError(`${program}: ${error.message}`)));
    child.on('close', (code) => resolve({ code: code ?? -1, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }));
    // A program that ends without reading its input closes the pipe: its exit code tells the story.
    child.stdin.on('error', () => {});
    const { input } = options;
    if (input === undefined || typeof input === 'string' || Buffer.isBuffer(input)) child.stdin.end(input);
    else input.on('error', () => child.stdin.end()).pipe(child.stdin);
  });
}

/** As tryCommand, but a code other than 0 throws a CommandError that carries the program's words. Resolves with standard output. */
export async function runCommand(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await tryCommand(program, args, options);
  if (result.code !== 0) {
    throw new CommandError(`${program} ${args.join(' ')}: exit code ${result.code}: ${(result.stderr || result.stdout).trim()}`, result);
  }
  return result.stdout;
}

/** As tryCommand, but a program that is not installed is one that failed: for taking back what it may have made. */
export async function attempt(program: string, args: readonly string[]): Promise<CommandResult> {
  return tryCommand(program, args).catch((error: unknown) => {
    if (error instanceof CommandError) return { code: -1, stdout: '', stderr: error.message };
    throw error;
  });
}
