import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Containerd } from '../../agent/containerd/index.ts';
import { ensurePauseImage, importImages, keepPauseImage, PAUSE_IMAGE, removeContainerd, startContainerd } from '../../agent/containerd/index.ts';
import type { ContainerRuntime } from '../../agent/contract/runtime.ts';
import { runtimeContract } from '../../agent/contract/runtime-suite.fixture.ts';
import { createCriRuntime } from '../../agent/cri/cri-runtime.ts';
import { removeNodeNetwork } from '../../agent/network/index.ts';
import { writeCniConfig } from '../../agent/network/pod-network/cni.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import { canRunContainers, refuseSecondCluster, web } from '../support/cluster/real-cluster.ts';
import { testImageArchive } from '../support/image/test-image.ts';

const suite = canRunContainers ? describe : describe.skip;

suite('a containerd with a pod network', () => {
  const base = mkdtempSync(join(tmpdir(), 'skiff-runtime-'));
  const dirs = { dataDir: join(base, 'data'), runDir: join(base, 'run') };

  let containerd: Containerd | undefined;
  let runtime: ContainerRuntime | undefined;

  afterAll(async () => {
    await containerd?.stop();
    await removeNodeNetwork(dirs);
    await removeContainerd(dirs);
    rmSync(base, { recursive: true, force: true });
  }, 180_000);

  runtimeContract('cri', async () => {
    await refuseSecondCluster();
    containerd = await startContainerd({ ...dirs, log: silentLogger });
    const { socket, paths } = containerd;
    await writeCniConfig({ confDir: paths.cniConfDir, leasesDir: paths.cniLeasesDir, podCIDR: '10.244.0.0/24', mtu: 1500 });
    await ensurePauseImage({ socket });
    await importImages(testImageArchive(), { socket });
    runtime = keepPauseImage(createCriRuntime(socket, systemClock), () => ensurePauseImage({ socket }));
    return { runtime, image: web(), logDirectory: join(base, 'logs') };
  });

  it('pins the pause image, and has it put back if somebody removes it', async () => {
    const isPinned = async () => (await runtime!.images()).find(({ tags }) => tags.includes(PAUSE_IMAGE))?.pinned;
    expect(await isPinned()).toBe(true);
    await runtime!.removeImage(PAUSE_IMAGE);
    expect(await isPinned()).toBeUndefined();
    const uid = 'pauseless';
    const id = await runtime!.runSandbox({
      metadata: { name: uid, namespace: 'default', uid, attempt: 0 },
      hostname: uid,
      log_directory: join(base, 'logs', uid),
      linux: { security_context: { namespace_options: { network: 0, pid: 1, ipc: 0 } } },
    });
    expect(await runtime!.sandbox(id)).toMatchObject({ ready: true });
    await runtime!.removeSandbox(id);
    expect(await isPinned()).toBe(true);
  });
});
