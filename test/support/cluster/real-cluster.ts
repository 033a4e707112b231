import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listOwnTraces } from '../../../agent/network/index.ts';
import { layoutOf } from '../../../cli/config/data-dir.ts';
import { ROOT } from '../checkout.ts';
import type { Kubectl } from '../commands/kubectl.ts';
import { kubectlFor } from '../commands/kubectl.ts';
import type { Outcome } from '../commands/program.ts';
import { run } from '../commands/program.ts';
import { IMAGE, testImageArchive } from '../image/test-image.ts';
import { freePort } from '../network/free-port.ts';
import { componentPid } from './component-pid.ts';

/** Whether this machine can run containers: they need root on Linux. Otherwise the tests are skipped. */
export const canRunContainers = process.platform === 'linux' && process.getuid?.() === 0;

export interface RealCluster {
  readonly kubectl: Kubectl;
  readonly dataDir: string;
  readonly port: number;
  readonly agentPort: number;
  readonly nodeName: string;
  /** The parent of the pods' cgroups, in each hierarchy. */
  readonly cgroupRoot: string;
  /** The node's own address. */
  readonly nodeIp: string;
  /** Creates a namespace that is ready for pods; returns its kubectl. */
  namespace(name: string): Promise<Kubectl>;
  /** Runs the skiff command on this cluster. */
  skiff(command: string, ...args: readonly string[]): Promise<Outcome>;
  /** Runs `skiff up` with the options of the start. Throws if it fails. */
  up(): Promise<void>;
  /** The pid of a process of the cluster. */
  pid(component: 'server' | 'agent' | 'etcd'): Promise<number>;
  down(): Promise<void>;
}

/** The name of the tests' image in one of its two versions. */
export const web = (version: 1 | 2 = 1): string => `${IMAGE}:v${version}`;

/** @throws Error if a cluster with real containers runs on this machine already: the two would share links and the nft table. */
export async function refuseSecondCluster(): Promise<void> {
  const nowhere = join(tmpdir(), 'skiff-no-such-directory');
  const { links, nftTables, addresses } = await listOwnTraces({ dataDir: nowhere, runDir: nowhere });
  if (links.length + nftTables.length + addresses.length === 0) return;
  throw new Error(
    `a skiff cluster with real containers runs on this machine (${[...links, ...nftTables, ...addresses].join(', ')}): end it first, with './skiff down'`,
  );
}

/** Starts a cluster with a real node by `skiff up`, as a user does, and imports the tests' image. */
export async function startRealCluster(options: { readonly store?: string; readonly args?: readonly string[] } = {}): Promise<RealCluster> {
  await refuseSecondCluster();
  const dataDir = mkdtempSync(join(tmpdir(), 'skiff-real-'));
  const [port, agentPort] = [await freePort(), await freePort()];
  const skiff = (command: string, ...args: readonly string[]) =>
    run(join(ROOT, 'skiff'), [command, '--data-dir', dataDir, ...args], { timeoutMs: 120_000 });
  const kubectl = kubectlFor(join(dataDir, 'admin.conf'));
  const down = async () => {
    const { code, stderr } = await skiff('down');
    if (code !== 0) throw new Error(`skiff down: ${stderr}`);
    rmSync(dataDir, { recursive: true, force: true });
  };
  const up = async () => {
    const flags = ['--no-kubeconfig', '--store', options.store ?? 'sqlite', '--port', String(port), '--agent-port', String(agentPort)];
    const { code, stderr } = await skiff('up', ...flags, ...(options.args ?? []));
    if (code !== 0) throw new Error(`skiff up: ${stderr}`);
  };
  try {
    await up();
    const loaded = await skiff('image', 'load', testImageArchive());
    if (loaded.code !== 0) throw new Error(`skiff image load: ${loaded.stderr}`);
    const [nodeName = '', nodeIp = ''] = (
      await kubectl.path('{.items[0].metadata.name} {.items[0].status.addresses[?(@.type=="InternalIP")].address}', 'nodes')
    ).split(' ');
    return {
      kubectl,
      dataDir,
      port,
      agentPort,
      nodeName,
      cgroupRoot: layoutOf(dataDir).cgroupRoot,
      nodeIp,
      async namespace(name) {
        await kubectl('create', 'namespace', name);
        await kubectl('wait', '--for=create', 'serviceaccount/default', '-n', name, '--timeout=60s');
        return kubectl.in(name);
      },
      skiff,
      up,
      pid: (component) => componentPid(dataDir, component),
      down,
    };
  } catch (error) {
    await down();
    throw error;
  }
}
