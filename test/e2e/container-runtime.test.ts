import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from '@jest/globals';
import type { Containerd } from '../../agent/containerd/index.ts';
import { ensurePauseImage, importImages, removeContainerd, startContainerd } from '../../agent/containerd/index.ts';
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
    return { runtime: createCriRuntime(socket, systemClock), image: web(), logDirectory: join(base, 'logs') };
  });
});
