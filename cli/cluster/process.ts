import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '../../agent/containerd/process-record.ts';
import { identityOf } from '../../agent/containerd/process-record.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import type { Layout } from '../config/data-dir.ts';
import { v8Settings } from '../config/v8-settings.ts';
import type { Supervision } from './supervisor.ts';
import { exitText, readSupervision, SUPERVISOR } from './supervisor.ts';

/** The processes that `skiff up` starts (containerd belongs to the agent). */
export type ComponentName = 'etcd' | 'server' | 'agent';

type ProcessName = ComponentName | `${ComponentName}.supervisor`;

const recordFile = (layout: Layout, name: ProcessName) => join(layout.run, `${name}.pid`);
const stateFile = (layout: Layout, name: ComponentName) => join(layout.run, `${name}.state`);
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

/** The pid of a component, or of its supervisor; undefined if it does not run. */
export async function runningPid(layout: Layout, name: ProcessName): Promise<number | undefined> {
  let record: ProcessIdentity;
  try {
    record = JSON.parse(readFileSync(recordFile(layout, name), 'utf8'));
  } catch {
    return undefined;
  }
  return (await processOf(record.pid))?.startTicks === record.startTicks ? record.pid : undefined;
}

/**
 * Records this process as the component of its data directory unless another one runs there, as a supervisor does for those that it starts:
 * `skiff status`, `stop` and `down` know a component that was started by hand, too. A directory that cannot be written is left alone.
 */
export async function recordSelf(layout: Layout, name: ComponentName): Promise<void> {
  if ((await runningPid(layout, name)) !== undefined) return;
  const identity = await processOf(process.pid);
  if (!identity) return;
  try {
    mkdirSync(layout.run, { recursive: true, mode: 0o700 });
    writeFileSync(recordFile(layout, name), JSON.stringify(identity), { mode: 0o600 });
  } catch {
    // The part's own work says so, if it needs the directory.
  }
}

/** The time within which a supervisor has started its program. */
const START_MS = 10_000;

/** Tells of a component's last end, if it has ended since it was started. */
export const supervisionOf = (layout: Layout, name: ComponentName): Supervision | undefined => readSupervision(stateFile(layout, name));

/**
 * Starts a program that outlives this one, under a supervisor that starts it again; its output is appended to the component's log.
 * Resolves once the program runs. @throws Error with the end of the log if it has ended at once; it is not tried again then.
 */
export async function startSupervised(layout: Layout, name: ComponentName, file: string, args: readonly string[], cwd = '/'): Promise<void> {
  // A supervisor that waits for its next try, or a program whose supervisor was killed.
  await stopComponent(layout, name);
  mkdirSync(layout.run, { recursive: true, mode: 0o700 });
  mkdirSync(layout.logs, { recursive: true, mode: 0o700 });
  rmSync(stateFile(layout, name), { force: true });
  const log = openSync(logFile(layout, name), 'a', 0o600);
  const supervisor = ['-c', SUPERVISOR, `skiff-${name}`, recordFile(layout, name), stateFile(layout, name)];
  const child = spawn('/bin/sh', [...supervisor, file, ...args], { detached: true, stdio: ['ignore', log, log], cwd });
  closeSync(log);
  await new Promise<void>((resolve, reject) =>
    child.once('spawn', resolve).once('error', (error) => reject(new Error(`${name} could not be started: ${error.message}`))),
  );
  child.unref();
  const identity = child.pid === undefined ? undefined : await processOf(child.pid);
  if (identity) writeFileSync(recordFile(layout, `${name}.supervisor`), JSON.stringify(identity), { mode: 0o600 });
  for (const end = systemClock.monotonic() + START_MS; (await runningPid(layout, name)) === undefined; await sleep(systemClock, 2)) {
    await requireRunning(layout, name);
    if (systemClock.monotonic() > end) throw new Error(`${name} does not start, or ${recordFile(layout, name)} cannot be written: look at the disk`);
  }
}

/** The part has ended, and is not started again. */
export class PartEnded extends Error {
  override readonly name = 'PartEnded';
}

/** @throws PartEnded with the end of the log if a component has ended more than `restarts` times; then it is stopped for good. */
export async function requireRunning(layout: Layout, name: ComponentName, restarts = 0): Promise<void> {
  const supervision = supervisionOf(layout, name);
  if (supervision && supervision.restarts > restarts) {
    await stopComponent(layout, name);
    throw new PartEnded(`the ${name} ended (${exitText(supervision.status)}); the end of its log:\n${logTail(layout, name)}`);
  }
}

/** Starts one of skiff's own commands under a supervisor. */
export function startComponent(layout: Layout, name: 'server' | 'agent', args: readonly string[]): Promise<void> {
  const program = process.argv[1];
  if (program === undefined) throw new Error('skiff does not know its own path');
  return startSupervised(layout, name, process.execPath, [
    ...process.execArgv,
    // The server's are those of this process.
    ...(name === 'agent' ? v8Settings([name, ...args]) : []),
    program,
    name,
    ...args,
  ]);
}

/** Asks a component and its supervisor to end, waits up to `graceMs`, then kills them. Resolves once they are gone, with false if none ran. */
export async function stopComponent(layout: Layout, name: ComponentName, graceMs = 15_000): Promise<boolean> {
  const running = async () => {
    const pids = await Promise.all([runningPid(layout, `${name}.supervisor`), runningPid(layout, name)]);
    return pids.filter((pid) => pid !== undefined);
  };
  const ended = async (ms: number) => {
    const end = systemClock.monotonic() + ms;
    for (; systemClock.monotonic() < end; await sleep(systemClock, 20)) if ((await running()).length === 0) return true;
    return false;
  };
  // The supervisor hands the signal on. Without one the component itself is the first.
  const [first] = await running();
  if (first !== undefined) {
    process.kill(first, 'SIGTERM');
    if (!(await ended(graceMs))) {
      for (const pid of await running()) process.kill(pid, 'SIGKILL');
      await ended(5_000);
    }
  }
  for (const file of [recordFile(layout, name), recordFile(layout, `${name}.supervisor`), stateFile(layout, name)]) rmSync(file, { force: true });
  return first !== undefined;
}

/** The last lines of a component's log, for an error message. */
export function logTail(layout: Layout, name: ComponentName, lines = 5): string {
  try {
    return readFileSync(logFile(layout, name), 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
