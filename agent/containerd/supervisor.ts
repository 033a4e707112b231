import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { containerdConfig, snapshotterOf } from './config.ts';
import type { ContainerdDirs, ContainerdPaths } from './layout.ts';
import { containerdPaths } from './layout.ts';
import { hasHugetlbController, mayLowerOomScores, usableSnapshotter } from './node-abilities.ts';
import { probeCri, waitForCri } from './probe.ts';
import type { ProcessIdentity } from './process-record.ts';
import { identityOf, isAlive, readProcessRecord, writeProcessRecord } from './process-record.ts';
import { installedRuntimes } from './runtime-handlers.ts';

export interface ContainerdOptions extends ContainerdDirs {
  readonly log: Logger;
  readonly clock?: Clock;
  /** Default: Debian's `/usr/lib/cni`. */
  readonly cniBinDir?: string;
  /** Default: `containerd` on the PATH. */
  readonly program?: string;
}

export interface Containerd {
  readonly paths: ContainerdPaths;
  /** The gRPC socket: CRI and containerd's own services. */
  readonly socket: string;
  /** Changes when containerd had to be started again. */
  readonly pid: number;
  /** True when it ran already: an earlier agent's, with its containers. */
  readonly adopted: boolean;
  /** Stops watching over it and leaves it running with its containers, as a restart of the agent does. */
  release(): void;
  /** Ends containerd. Containers go on under their shims until containerd comes back, or `stopContainers` ends them. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const WATCH_INTERVAL_MS = 1000;
const MAX_LOG_BYTES = 16 * 1024 * 1024;
const RESTART_BACKOFF_MS = [0, 250, 500, 1000, 2000, 5000, 10_000];

/**
 * Runs a containerd of our own, in a session of its own, so that it and its containers outlive the agent: one that runs with the same
 * configuration is adopted, one whose configuration changed is restarted (its containers stay), one that dies is started again.
 * Resolves when its CRI service answers. Throws when it does not within 30 s, with the end of its log.
 */
export async function startContainerd(options: ContainerdOptions): Promise<Containerd> {
  const { log } = options;
  const clock = options.clock ?? systemClock;
  const paths = containerdPaths(options);
  const changed = await writeConfig(paths, options.cniBinDir ?? '/usr/lib/cni');
  const supervision = new AbortController();

  const launch = async (): Promise<ProcessIdentity> => {
    const started = await spawnContainerd(options.program ?? 'containerd', paths);
    if (!(await waitForCri(paths.socket, clock, START_TIMEOUT_MS, supervision.signal)) && !supervision.signal.aborted) {
      await terminate(started, clock);
      throw new Error(`containerd does not answer on ${paths.socket}; the end of its log: ${await endOfLog(paths.logFile)}`);
    }
    return started;
  };

  let current = await readProcessRecord(paths.pidFile);
  if (current && changed) {
    log.info({ pid: current.pid }, 'containerd is restarted: its configuration changed');
    await terminate(current, clock);
    current = undefined;
  }
  if (current && (await probeCri(paths.socket, 5000, clock)) === undefined && !(await waitForCri(paths.socket, clock, STOP_TIMEOUT_MS))) {
    log.warn({ pid: current.pid }, 'containerd runs but does not answer: it is restarted');
    await terminate(current, clock);
    current = undefined;
  }
  const adopted = current !== undefined;
  let running = current ?? (await launch());
  log.info({ pid: running.pid, adopted, socket: paths.socket }, 'containerd serves');

  const watchOver = async () => {
    let failures = 0;
    for (;;) {
      await sleep(clock, WATCH_INTERVAL_MS, supervision.signal);
      if (supervision.signal.aborted) return;
      if (await isAlive(running)) {
        failures = 0;
        continue;
      }
      log.warn({ pid: running.pid }, 'containerd died: it is started again, its containers go on');
      await sleep(clock, RESTART_BACKOFF_MS[Math.min(failures++, RESTART_BACKOFF_MS.length - 1)] ?? 0, supervision.signal);
      if (supervision.signal.aborted) return;
      try {
        running = await launch();
        log.info({ pid: running.pid }, 'containerd serves again');
      } catch (error) {
        log.error({ err: error }, 'containerd could not be started');
      }
    }
  };
  void watchOver().catch((error: unknown) => log.error({ err: error }, 'nobody watches over containerd any more'));

  return {
    paths,
    socket: paths.socket,
    get pid() {
      return running.pid;
    },
    adopted,
    release: () => supervision.abort(),
    stop: async () => {
      supervision.abort();
      await terminate(running, clock);
      await rm(paths.pidFile, { force: true });
    },
  };
}

/** Ends the containerd that an earlier process started under these directories, if one runs. */
export async function stopContainerd(dirs: ContainerdDirs, clock: Clock = systemClock): Promise<void> {
  const { pidFile } = containerdPaths(dirs);
  const running = await readProcessRecord(pidFile);
  if (running) await terminate(running, clock);
  await rm(pidFile, { force: true });
}

/** Writes the configuration where it differs from what is there; true when an existing one changed. */
async function writeConfig(paths: ContainerdPaths, cniBinDir: string): Promise<boolean> {
  await Promise.all([paths.root, paths.state, paths.runcRoot].map((dir) => mkdir(dir, { recursive: true, mode: 0o711 })));
  await Promise.all([paths.cniConfDir, paths.cniLeasesDir, paths.registryDir].map((dir) => mkdir(dir, { recursive: true, mode: 0o755 })));
  const previous = await readFile(paths.config, 'utf8').catch(() => undefined);
  const snapshotter = (previous && snapshotterOf(previous)) || (await usableSnapshotter(paths.root));
  await writeFile(paths.snapshotterFile, snapshotter);
  const config = containerdConfig({
    paths,
    cniBinDir,
    snapshotter,
    restrictOomScoreAdj: !(await mayLowerOomScores()),
    limitHugePages: await hasHugetlbController(),
    runtimes: await installedRuntimes(),
  });
  if (config === previous) return false;
  await writeFile(`${paths.config}.new`, config, { mode: 0o600 });
  await rename(`${paths.config}.new`, paths.config);
  return previous !== undefined;
}

async function spawnContainerd(program: string, paths: ContainerdPaths): Promise<ProcessIdentity> {
  await mkdir(dirname(paths.socket), { recursive: true, mode: 0o711 });
  const size = await stat(paths.logFile).then(
    (file) => file.size,
    () => 0,
  );
  if (size > MAX_LOG_BYTES) await rename(paths.logFile, `${paths.logFile}.old`);
  const logFile = await open(paths.logFile, 'a', 0o600);
  try {
    const child = spawn(program, ['--config', paths.config], { detached: true, stdio: ['ignore', logFile.fd, logFile.fd], cwd: '/' });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', (error) => reject(new Error(`containerd could not be started: ${error.message}`)));
      child.once('spawn', () => resolve(child.pid ?? 0));
    });
    child.unref();
    const identity = await identityOf(pid);
    if (!identity) throw new Error(`containerd ended at once; the end of its log: ${await endOfLog(paths.logFile)}`);
    await writeProcessRecord(paths.pidFile, identity);
    return identity;
  } finally {
    await logFile.close();
  }
}

async function terminate(target: ProcessIdentity, clock: Clock): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(target.pid, signal);
    } catch {
      return;
    }
    const deadline = clock.monotonic() + STOP_TIMEOUT_MS;
    while (clock.monotonic() < deadline) {
      if (!(await isAlive(target))) return;
      await sleep(clock, 10);
    }
  }
}

async function endOfLog(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-5).join(' | ');
}
