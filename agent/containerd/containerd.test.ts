import { accessSync } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import type { SandboxConfig } from '../contract/runtime-config.ts';
import { createCriRuntime } from '../cri/cri-runtime.ts';
import { runCommand } from './command.ts';
import { snapshotterOf } from './config.ts';
import { ensurePauseImage, importImages } from './image-import.ts';
import { containerdPaths } from './layout.ts';
import { PAUSE_IMAGE, pauseImageArchive } from './pause-image.ts';
import { identityOf } from './process-record.ts';
import { killContainers, removeContainerd } from './removal.ts';
import type { Containerd } from './supervisor.ts';
import { startContainerd } from './supervisor.ts';
import { listBundles, listMounts, listProcesses } from './traces.ts';

/** runtime.v1.NamespaceMode */
const [POD_NAMESPACE, CONTAINER_NAMESPACE, NODE_NAMESPACE] = [0, 1, 2];

function canRunContainerd(): boolean {
  try {
    for (const program of ['/usr/bin/containerd', '/usr/bin/ctr']) accessSync(program);
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

(canRunContainerd() ? describe : describe.skip)('a containerd of our own', () => {
  let base: string;
  let dirs: { dataDir: string; runDir: string };
  const started: Containerd[] = [];
  const start = async () => {
    const containerd = await startContainerd({ ...dirs, log: silentLogger });
    started.push(containerd);
    return containerd;
  };
  const ctr = (containerd: Containerd, ...args: string[]) => runCommand('ctr', ['--address', containerd.socket, '-n', 'k8s.io', ...args]);

  const sandbox = () => {
    const namespaces = { network: NODE_NAMESPACE, pid: CONTAINER_NAMESPACE, ipc: POD_NAMESPACE };
    const config: SandboxConfig = {
      metadata: { name: 'one', namespace: 'default', uid: 'one', attempt: 0 },
      hostname: '',
      log_directory: join(base, 'logs'),
      port_mappings: [],
      labels: {},
      annotations: {},
      linux: { cgroup_parent: '/skiff-test/pod', sysctls: {}, security_context: { namespace_options: namespaces } },
    };
    return config;
  };

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'skiff-ctd-'));
    dirs = { dataDir: join(base, 'data'), runDir: join(base, 'run') };
  });
  afterEach(async () => {
    for (const containerd of started.splice(0)) containerd.release();
    await removeContainerd({ ...dirs, cgroupRoots: ['/skiff-test'] });
    await removeDirectory(base);
  });

  it('is adopted by the next agent, and restarted when its configuration changed', async () => {
    const first = await start();
    expect(first.adopted).toBe(false);
    first.release();
    const second = await start();
    expect(second).toMatchObject({ adopted: true, pid: first.pid });
    second.release();
    await writeFile(first.paths.config, `${await readFile(first.paths.config, 'utf8')}# changed\n`);
    const third = await start();
    expect(third.adopted).toBe(false);
    expect(third.pid).not.toBe(first.pid);
  });

  it('is started again when it dies', async () => {
    const containerd = await start();
    const before = containerd.pid;
    process.kill(before, 'SIGKILL');
    while (containerd.pid === before) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await ctr(containerd, 'version')).toContain('Server');
  });

  it('gets the pause image once, and images from archives under the names CRI knows', async () => {
    const containerd = await start();
    expect(await ensurePauseImage({ socket: containerd.socket })).toBe(true);
    expect(await ensurePauseImage({ socket: containerd.socket })).toBe(false);
    const file = join(base, 'pause.tar');
    await writeFile(file, pauseImageArchive());
    expect(await importImages(file, { socket: containerd.socket })).toMatchObject([{ name: PAUSE_IMAGE }]);
    await writeFile(file, 'no archive at all');
    await expect(importImages(file, { socket: containerd.socket })).rejects.toThrow(file);
  });

  it('keeps the snapshotter that its images are in', async () => {
    const { config } = containerdPaths(dirs);
    await mkdir(dirname(config), { recursive: true });
    await writeFile(config, 'snapshotter = "native"\n');
    const containerd = await start();
    expect(snapshotterOf(await readFile(config, 'utf8'))).toBe('native');
    await ensurePauseImage({ socket: containerd.socket });
    expect((await ctr(containerd, 'snapshots', '--snapshotter', 'native', 'ls')).trim().split('\n')).toHaveLength(2);
    const cri = createCriRuntime(containerd.socket, systemClock);
    await cri.runSandbox(sandbox());
    cri.close();
  });

  it('goes with all its containers, mounts and files, without the process that started it', async () => {
    const containerd = await start();
    await ensurePauseImage({ socket: containerd.socket });
    const cri = createCriRuntime(containerd.socket, systemClock);
    await cri.runSandbox(sandbox());
    cri.close();
    const [pid] = (await listBundles(dirs)).map((bundle) => bundle.pid);
    expect(await identityOf(Number(pid))).toBeDefined();
    containerd.release();
    await removeContainerd({ ...dirs, cgroupRoots: ['/skiff-test'] });
    // Its parent was killed with it: whoever inherits it may take a moment to reap it.
    expect(await identityOf(Number(pid))).toBeUndefined();
    expect(await listProcesses(dirs)).toEqual([]);
    expect(await listMounts([base])).toEqual([]);
    await expect(access(dirs.dataDir)).rejects.toThrow();
    await expect(access(dirs.runDir)).rejects.toThrow();
    await expect(access('/sys/fs/cgroup/memory/skiff-test')).rejects.toThrow();
  });

  it('knows after a stop that its sandboxes are dead, and lets them be removed', async () => {
    const before = await start();
    await ensurePauseImage({ socket: before.socket });
    const first = createCriRuntime(before.socket, systemClock);
    const id = await first.runSandbox(sandbox());
    first.close();
    await before.stop();
    await killContainers({ ...dirs, cgroupRoots: ['/skiff-test'] });
    const after = await start();
    const cri = createCriRuntime(after.socket, systemClock);
    expect(await cri.listSandboxes()).toMatchObject([{ id, ready: false }]);
    await cri.stopSandbox(id);
    await cri.removeSandbox(id);
    expect(await cri.listSandboxes()).toEqual([]);
    await cri.runSandbox(sandbox());
    cri.close();
  });
});
