import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Bundle } from '../../agent/containerd/traces.ts';
import { listBundles } from '../../agent/containerd/traces.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import { layoutOf } from '../../cli/config/data-dir.ts';
import type { MachineState } from '../support/cluster/machine-state.ts';
import { difference, machineState } from '../support/cluster/machine-state.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import { container, pod, service } from '../support/manifests.ts';

/** Returns the files of these bundles in directories that all containerds and CNI users of the machine share. */
function sharedFiles(bundles: readonly Bundle[]): string[] {
  const sockets = bundles.flatMap(({ shimSocket }) => (shimSocket !== undefined && existsSync(shimSocket) ? [shimSocket] : []));
  const ids = bundles.map(({ dir }) => basename(dir));
  const notes = (existsSync(CNI_RESULTS) ? readdirSync(CNI_RESULTS) : []).filter((name) => ids.some((id) => name.includes(id)));
  return [...sockets, ...notes.map((name) => join(CNI_RESULTS, name))];
}

const CNI_RESULTS = '/var/lib/cni/results';
const mounted = (name: string) => ({ name, mountPath: `/${name}` });

(canRunContainers ? describe : describe.skip)("what 'skiff down' leaves behind", () => {
  let cluster: RealCluster | undefined;
  afterEach(async () => {
    await cluster?.down();
    cluster = undefined;
  }, 180_000);

  /** Starts a cluster whose node has made one of everything: all sorts of volumes, host ports, services, pods in the host's network. */
  async function busyCluster(
    store: string,
  ): Promise<{ readonly running: RealCluster; readonly before: MachineState; readonly bundles: readonly Bundle[] }> {
    // The directory's name is known only later; it is empty before.
    const before = await eventually(() => {
      const state = machineState('/nonexistent');
      // On a new device the kernel still checks its own IPv6 address.
      expect(state.addresses?.filter((address) => address.includes('tentative'))).toEqual([]);
      return state;
    });
    const running = await startRealCluster({ store });
    cluster = running;
    const kubectl = await running.namespace('busy');
    const spec = {
      labels: { app: 'busy' },
      volumes: [
        { name: 'memory', emptyDir: { medium: 'Memory' } },
        { name: 'disk', emptyDir: {} },
        { name: 'config', configMap: { name: 'kube-root-ca.crt' } },
      ],
      containers: [container(web(), { ports: [{ containerPort: 80, hostPort: 18_081 }], volumeMounts: ['memory', 'disk', 'config'].map(mounted) })],
    };
    const stubborn = { containers: [container(web(), { command: ['sh', '-c', 'trap "" TERM; while true; do sleep 1; done'] })] };
    await kubectl.input(
      [
        pod('busy', spec),
        pod('host', { hostNetwork: true, containers: [container(web(), { env: [{ name: 'PORT', value: '18082' }] })] }),
        pod('stubborn', { ...stubborn, terminationGracePeriodSeconds: 300 }),
        service('busy', { type: 'LoadBalancer', sessionAffinity: 'ClientIP' }),
        service('external', { externalIPs: ['192.0.2.77'], selector: { app: 'busy' } }),
      ],
      'create',
      '-f',
      '-',
    );
    await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
    await kubectl('exec', 'busy', '--', 'sh', '-c', 'echo kept > /memory/file');
    const layout = layoutOf(running.dataDir);
    const bundles = await listBundles({ dataDir: layout.agent, runDir: layout.run });
    const during = difference(before, machineState(running.dataDir));
    // The node made what the comparison looks at; otherwise the comparison would prove nothing.
    expect(Object.keys(during).sort()).toEqual([
      'addresses',
      'cgroups',
      'files',
      'links',
      'mounts',
      'nft',
      'processes',
      'routes',
      'sockets',
      'sysctls',
    ]);
    expect(sharedFiles(bundles).map(dirname)).toEqual(expect.arrayContaining(['/run/containerd/s', '/var/lib/cni/results']));
    return { running, before, bundles };
  }

  async function nothingIsLeft({ running, before, bundles }: Awaited<ReturnType<typeof busyCluster>>): Promise<void> {
    const down = await running.skiff('down');
    expect([down.code, down.stderr]).toEqual([0, '']);
    await eventually(() => expect(difference(before, machineState(running.dataDir))).toEqual({}));
    expect(sharedFiles(bundles)).toEqual([]);
    const again = await running.skiff('down');
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(existsSync(running.dataDir)).toBe(false);
    rmSync(`${running.kubectl.kubeconfig}.cache`, { recursive: true, force: true });
  }

  it('nothing, with pods running that hold memory, mounts and ports, and one that does not want to end', async () => {
    await nothingIsLeft(await busyCluster('sqlite'));
  }, 180_000);

  it('nothing, after the agent and containerd have crashed', async () => {
    const busy = await busyCluster('sqlite');
    process.kill(await busy.running.pid('agent'), 'SIGKILL');
    const { run } = layoutOf(busy.running.dataDir);
    process.kill(Number(readFileSync(`${run}/containerd/containerd.pid`, 'utf8').split(' ')[0]), 'SIGKILL');
    await nothingIsLeft(busy);
  }, 180_000);

  it("nothing, after 'skiff stop', of a cluster on etcd", async () => {
    const busy = await busyCluster('etcd');
    expect((await busy.running.skiff('stop')).code).toBe(0);
    await nothingIsLeft(busy);
  }, 180_000);
});
