import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { runCommand } from '../containerd/command.ts';

/** The machine's manager of logins and shutdowns. */
export interface ShutdownSource {
  /** Has the machine wait with its shutdown for so many seconds, until the returned function is called. @throws Error if it does not let us */
  delay(seconds: number): Promise<() => void>;
  /** Calls back with true when a shutdown begins and with false when it is cancelled; resolves when the signal aborts. @throws Error when nothing more can be heard */
  watch(onChange: (isShuttingDown: boolean) => void, signal: AbortSignal): Promise<void>;
  /** Takes back the changes that `delay` made to the machine's configuration. */
  restore(): Promise<void>;
}

const SERVICE = 'org.freedesktop.login1';
const OBJECT = '/org/freedesktop/login1';
const INTERFACE = 'org.freedesktop.login1.Manager';
const OVERRIDE = '/etc/systemd/logind.conf.d/99-skiff.conf';

/**
 * systemd-logind, by its own command-line programs (https://systemd.io/INHIBITOR_LOCKS/): a lock of kind `delay` is held by a process that
 * does nothing else. Logind lets locks delay a shutdown for 5 s; if that is too short, a file in its configuration allows more.
 */
export function systemdLogind(override = OVERRIDE): ShutdownSource {
  let hasOverride = false;
  const reload = () => runCommand('systemctl', ['kill', '--signal=HUP', 'systemd-logind']);
  return {
    async delay(seconds) {
      const answer = await runCommand('busctl', ['get-property', SERVICE, OBJECT, INTERFACE, 'InhibitDelayMaxUSec']);
      const allowed = Number(/^t (\d+)/.exec(answer)?.[1] ?? 0) / 1e6;
      if (allowed < seconds) {
        await mkdir(dirname(override), { recursive: true });
        await writeFile(override, `# Written by skiff: its pods are given this long to end.\n[Login]\nInhibitDelayMaxSec=${Math.ceil(seconds)}\n`);
        hasOverride = true;
        await reload();
      }
      const lock = ['--what=shutdown', '--mode=delay', '--who=skiff', '--why=Pods are given time to end', 'sleep', 'infinity'];
      const holder = spawn('systemd-inhibit', lock, { stdio: 'ignore' });
      await new Promise<void>((resolve, reject) => {
        holder.once('error', reject);
        holder.once('spawn', () => resolve());
      });
      return () => holder.kill();
    },
    watch(onChange, signal) {
      const match = `type='signal',interface='${INTERFACE}',member='PrepareForShutdown'`;
      const monitor = spawn('busctl', ['--system', '--json=short', 'monitor', `--match=${match}`], { stdio: ['ignore', 'pipe', 'ignore'], signal });
      createInterface({ input: monitor.stdout }).on('line', (line) => {
        const begins = shutdownSignal(line);
        if (begins !== undefined) onChange(begins);
      });
      return new Promise((resolve, reject) => {
        monitor.once('error', (error) => (signal.aborted ? resolve() : reject(error)));
        monitor.once('close', (code) => (signal.aborted ? resolve() : reject(new Error(`busctl monitor ended with code ${code}`))));
      });
    },
    async restore() {
      if (!hasOverride) return;
      await rm(override, { force: true });
      hasOverride = false;
      await reload();
    },
  };
}

/** The argument of PrepareForShutdown in a line that `busctl monitor` prints. Returns undefined for any other line. */
export function shutdownSignal(line: string): boolean | undefined {
  try {
    const message: unknown = JSON.parse(line);
    if (typeof message !== 'object' || message === null || !('member' in message) || message.member !== 'PrepareForShutdown') return undefined;
    const payload = 'payload' in message ? message.payload : undefined;
    const data = typeof payload === 'object' && payload !== null && 'data' in payload ? payload.data : undefined;
    return Array.isArray(data) && typeof data[0] === 'boolean' ? data[0] : undefined;
  } catch {
    return undefined;
  }
}
