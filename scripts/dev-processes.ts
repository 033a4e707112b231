import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { logFile, runningPid, stopComponent } from '../cli/cluster/process.ts';
import { dataDirOf, layoutOf } from '../cli/config/data-dir.ts';
import { v8Settings } from '../cli/config/v8-settings.ts';
import type { Part } from './affected-parts.ts';

/** The running processes that `scripts/dev.ts` keeps up to date. */
export interface DevProcesses {
  /** The parts that these processes run; a change to another part's code restarts nothing. */
  readonly parts: readonly Part[];
  /** Starts every part that does not run. Returns false if one did not start; its error has been printed. */
  start(): Promise<boolean>;
  /** Ends these parts; the next `start` runs their new code. */
  end(parts: readonly Part[]): Promise<void>;
  /** Ends everything. Data stays. */
  stop(): Promise<void>;
}

const PROGRAM = 'dist/skiff.mjs';

/** Runs skiff as the launcher does, but without the launcher's own build. */
function skiff(command: string, args: readonly string[], output: 'inherit' | 'ignore' = 'inherit'): ChildProcess {
  const flags = [...v8Settings([command, ...args]), '--enable-source-maps', PROGRAM, command, ...args];
  return spawn(process.execPath, flags, { stdio: ['ignore', output, 'inherit'] });
}

/** A whole cluster in the background, as `skiff up` starts it with these arguments. */
export function devCluster(args: readonly string[]): DevProcesses {
  const dataDir = dataDirOf(args);
  const layout = layoutOf(dataDir);
  let started = false;
  return {
    parts: ['server', 'agent'],
    async start() {
      // The first output says how to reach the cluster; later ones would repeat it.
      const [code] = await once(skiff('up', args, started ? 'ignore' : 'inherit'), 'exit');
      if (code !== 0) return false;
      for (const part of ['server', 'agent'] as const) {
        console.log(`${part}: pid ${await runningPid(layout, part)}${started ? '' : `, log ${logFile(layout, part)}`}`);
      }
      started = true;
      return true;
    },
    async end(parts) {
      for (const part of parts) if (part !== 'controllers') await stopComponent(layout, part);
    },
    async stop() {
      await once(skiff('stop', ['--data-dir', dataDir]), 'exit');
    },
  };
}

/** One part in the foreground, as `skiff PART` runs it with these arguments. */
export function devPart(part: Part, args: readonly string[]): DevProcesses {
  let child: ChildProcess | undefined;
  const end = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  };
  return {
    parts: [part],
    async start() {
      if (child?.exitCode !== null || child.signalCode !== null) child = skiff(part, args);
      return true;
    },
    end: async (parts) => (parts.includes(part) ? end() : undefined),
    stop: end,
  };
}
