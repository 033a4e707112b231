import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import { eventually } from '../../../cli/cluster/eventually.ts';
import { ROOT } from '../checkout.ts';
import type { Kubectl } from '../commands/kubectl.ts';
import { kubectlFor } from '../commands/kubectl.ts';
import { freePort } from '../network/free-port.ts';

export interface ServerProcess {
  /** As the administrator. */
  readonly kubectl: Kubectl;
  readonly dataDir: string;
  readonly port: number;
  /** Returns the text that the server has written to its standard output so far. */
  output(): string;
  /** Ends the server as systemd does; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Ends it at once if it runs still, and deletes its data. */
  remove(): Promise<void>;
}

/** Runs `skiff server` with a store in memory and these options, as a user does. Throws with its messages if it ends at once. */
export async function startServerProcess(options: readonly string[]): Promise<ServerProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), 'skiff-server-'));
  const port = await freePort();
  const args = ['server', '--store', 'memory', '--port', String(port), '--data-dir', dataDir, ...options];
  const child = spawn(join(ROOT, 'skiff'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => {
    // Not at `exit`: what it wrote last may come after that.
    child.once('close', (code) => resolve(code));
  });
  const remove = async () => {
    child.kill('SIGKILL');
    await ended;
    await removeDirectory(dataDir);
  };
  const kubectl = kubectlFor(join(dataDir, 'admin.conf'));
  try {
    const isUp = async () => (child.exitCode === null ? kubectl('get', '--raw', '/readyz') : undefined);
    const ready = eventually(isUp);
    // The server's end is reported below.
    ready.catch(() => {});
    await Promise.race([ready, ended.then(() => Promise.reject(new Error(`the server ended: ${said.stderr}`)))]);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    kubectl,
    dataDir,
    port,
    output: () => said.stdout,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
    remove,
  };
}
