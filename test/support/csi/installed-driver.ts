import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CsiDriverProcess } from '../../../agent/csi/csi-driver.fixture.ts';
import { startCsiDriver } from '../../../agent/csi/csi-driver.fixture.ts';
import { csiDrivers } from '../../../api/kinds/storage/csi-driver.ts';
import { storageClasses } from '../../../api/kinds/storage/storage-class.ts';
import { layoutOf } from '../../../cli/config/data-dir.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { createHttpsClient } from '../../../runtime/client/https-client.ts';
import { kubeconfigCredentials } from '../../../runtime/client/kubeconfig.ts';
import type { RealCluster } from '../cluster/real-cluster.ts';
import { runSidecars } from './sidecars.ts';

/** A CSI driver on the node of a cluster with real containers, with its sidecars and a StorageClass. */
export interface InstalledDriver {
  readonly name: string;
  readonly storageClass: string;
  readonly driver: CsiDriverProcess;
  readonly client: Client;
  /** The directory of each volume, by the driver's name for it. */
  volumeDirectory(handle: string): string;
  /** Ends the driver as a crash does. */
  stopDriver(): Promise<void>;
  /** Ends everything and removes the volumes. */
  remove(): Promise<void>;
}

/** Installs a driver whose volumes are directories that are mounted by bind mounts. */
export async function installDriver({ dataDir }: RealCluster): Promise<InstalledDriver> {
  const name = 'dirs.csi.example.com';
  const storage = mkdtempSync(join(tmpdir(), 'skiff-csi-volumes-'));
  const { agent } = layoutOf(dataDir);
  const socket = join(agent, 'plugins', name, 'csi.sock');
  const client = createHttpsClient(await kubeconfigCredentials(join(dataDir, 'admin.conf')));
  await client.create(csiDrivers, { metadata: { name }, spec: { volumeLifecycleModes: ['Persistent', 'Ephemeral'], podInfoOnMount: true } });
  await client.create(storageClasses, {
    metadata: { name: 'dirs' },
    provisioner: name,
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  });
  const registrationSocket = join(agent, 'plugins_registry', `${name}-reg.sock`);
  const driver = await startCsiDriver({ name, nodeId: 'the-node', storage, socket, registrationSocket, mounting: 'bind', maxVolumes: 5 });
  const endSidecars = runSidecars({ driver: name, socket, client, nodeId: () => 'the-node' });
  let stopped: Promise<void> | undefined;
  const stopDriver = () => {
    stopped ??= endSidecars().then(() => driver.stop());
    return stopped;
  };
  return {
    name,
    storageClass: 'dirs',
    driver,
    client,
    volumeDirectory: (handle) => join(storage, handle),
    stopDriver,
    async remove() {
      await stopDriver();
      rmSync(storage, { recursive: true, force: true });
    },
  };
}
