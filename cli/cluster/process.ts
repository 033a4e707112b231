import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '../../agent/containerd/process-record.ts';
import { identityOf } from '../../agent/containerd/process-record.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import type { Layout } from '../config/data-dir.ts';

/** The processes that `skiff up` starts (containerd belongs to the agent). */
export type ComponentName = 'etcd' | 'server' | 'agent';

const recordFile = (layout: Layout, name: ComponentName) => join(layout.run, `${name}.pid`);
export const logFile = (layout: Layout, name: ComponentName) => join(layout.logs, `${name}.log`);

/** On systems without /proc a process is known by its number alone. */
async function processOf(pid: number): Promise<ProcessIdentity | undefined> {
  if (process.platform === 'linux') return identityOf(pid);
  try {
    process.kill(pid, 0);
    return { pid, startTicks: '' };
  } catch {
    return undefined;
  }
}

/** The pid of a component; undefined if it does not run. */
export async function runningPid(layout: Layout, name: ComponentName): Promise<number | undefined> {
  let record: ProcessIdentity;
  try {
    record = JSON.parse(readFileSync(recordFile(layout, name), 'utf8'));
  } catch {
    return undefined;
  }
  return (await processOf(record.pid))?.startTicks === record.startTicks ? record.pid : undefined;
}

/** Starts a program that outlives this one, its output appended to the component's log, and notes its pid. */
export async function startDetached(layout: Layout, name: ComponentName, file: string, args: readonly string[], cwd = '/'): Promise<void> {
  mkdirSync(layout.run, { recursive: true, mode: 0o700 });
  mkdirSync(layout.logs, { recursive: true, mode: 0o700 });
  const log = openSync(logFile(layout, name), 'a', 0o600);
  const child = spawn(file, args, { detached: true, stdio: ['ignore', log, log], cwd });
  closeSync(log);
  await new Promise<void>((resolve, reject) =>
    child.once('spawn', resolve).once('error', (error) => reject(new Error(`${file} could not be started: ${error.message}`))),
  );
  child.unref();
  const identity = child.pid === undefined ? undefined : await processOf(child.pid);
  if (!identity) throw new Error(`${name} ended at once:\n${logTail(layout, name)}`);
  writeFileSync(recordFile(layout, name), JSON.stringify(identity), { mode: 0o600 });
}

/** The agent makes little that lives long: half the young generation that the launcher sets saves it a tenth of its memory, and no time. */
const NODE_FLAGS = { server: [], agent: ['--max-semi-space-size=4'] } as const;

/** Starts one of skiff's own commands as a detached process. */
export function startComponent(layout: Layout, name: 'server' | 'agent', args: readonly string[]): Promise<void> {
  const program = process.argv[1];
  if (program === undefined) throw new Error('skiff does not know its own path');
  return startDetached(layout, name, process.execPath, [...process.execArgv, ...NODE_FLAGS[name], program, name, ...args]);
}

/** Asks a component to end, waits up to `graceMs`, then kills it. Resolves once it is gone, with false if it did not run. */
export async function stopComponent(layout: Layout, name: ComponentName, graceMs = 15_000): Promise<boolean> {
  const pid = await runningPid(layout, name);
  const ended = async (ms: number) => {
    const end = systemClock.monotonic() + ms;
    for (; systemClock.monotonic() < end; await sleep(systemClock, 20)) if ((await runningPid(layout, name)) === undefined) return true;
    return false;
  };
  if (pid !== undefined) {
    process.kill(pid, 'SIGTERM');
    if (!(await ended(graceMs))) {
      process.kill(pid, 'SIGKILL');
      await ended(5_000);
    }
  }
  rmSync(recordFile(layout, name), { force: true });
  return pid !== undefined;
}

/** The last lines of a component's log, for an error message. */
export function logTail(layout: Layout, name: ComponentName, lines = 5): string {
  try {
    return readFileSync(logFile(layout, name), 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
