import { accessSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, tryCommand } from '../../containerd/command.ts';
import { cniConfig } from './cni.ts';
import type { ClientPeer, Peer, RequestOptions } from './lab-peers.fixture.ts';
import { startClient, startServer } from './lab-peers.fixture.ts';

/** For tests: a node with pods and somebody outside, each a network namespace, on a kernel that is really there. */
export interface NetworkLab {
  /** Makes `outside` another node, whose pods are in `podCIDR`; its server then answers at `podAddress` too. */
  joinOutside(podCIDR: string, podAddress: string): Promise<void>;
  /** Runs nft, ip, conntrack … as the node. */
  onNode(program: string, args: readonly string[], input?: string): Promise<string>;
  /** Runs a program in a pod. */
  inPod(name: string, program: string, args: readonly string[]): Promise<string>;
  /** Adds a pod through the CNI plugin that nodes use; it serves its name on `port`, TCP and UDP. Answers its address. */
  addPod(name: string, port?: number): Promise<string>;
  /** Starts the server that pods run: on the node itself (a pod in the host's network) or `outside`. */
  serve(where: string, name: string, port: number): Promise<void>;
  /** Makes connections from a pod, the `node` or `outside`: what answered, as `NAME saw SOURCE`, or why nothing did. */
  request(from: string, address: string, port: number, options?: RequestOptions): Promise<string[]>;
  remove(): Promise<void>;
}

export const LAB_NODE_ADDRESS = '192.168.77.1';
export const LAB_OUTSIDE_ADDRESS = '192.168.77.2';
export const LAB_POD_CIDR = '10.244.7.0/24';

/** Root on Linux with the programs that a node needs. */
export function canBuildLab(): boolean {
  try {
    for (const program of ['/usr/sbin/nft', '/usr/lib/cni/ptp', '/usr/sbin/conntrack']) accessSync(program);
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

export async function createNetworkLab(): Promise<NetworkLab> {
  const prefix = `sklab${process.pid}-`;
  const dir = mkdtempSync(join(tmpdir(), 'skiff-lab-'));
  const namespaces = new Set<string>();
  const servers: Peer[] = [];
  const clients = new Map<string, ClientPeer>();
  const ns = (name: string) => `${prefix}${name}`;
  const enter = (name: string) => ['nsenter', `--net=/run/netns/${ns(name)}`];
  const inside = (name: string, program: string, args: readonly string[]): [string, string[]] => {
    const [command = '', ...before] = enter(name);
    return [command, [...before, program, ...args]];
  };
  const run = (name: string, program: string, args: readonly string[], input?: string) => {
    const [command, all] = inside(name, program, args);
    return runCommand(command, all, { input });
  };
  const addNamespace = async (name: string) => {
    await runCommand('ip', ['netns', 'add', ns(name)]);
    namespaces.add(name);
    await run(name, 'ip', ['link', 'set', 'lo', 'up']);
  };
  const serve = async (where: string, name: string, port: number) => {
    servers.push(await startServer(enter(where), name, port));
  };

  await addNamespace('node');
  await addNamespace('outside');
  await runCommand('ip', ['link', 'add', 'uplink', 'netns', ns('node'), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', ns('outside')]);
  await run(
    'node',
    'ip',
    ['-batch', '-'],
    `addr add ${LAB_NODE_ADDRESS}/24 dev uplink\nlink set uplink up\nroute add default via ${LAB_OUTSIDE_ADDRESS}\n`,
  );
  await run(
    'outside',
    'ip',
    ['-batch', '-'],
    `addr add ${LAB_OUTSIDE_ADDRESS}/24 dev eth0\nlink set eth0 up\nroute add default via ${LAB_NODE_ADDRESS}\n`,
  );
  await run('node', 'sysctl', ['-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.route_localnet=1']);

  return {
    async joinOutside(podCIDR, podAddress) {
      await run('outside', 'ip', ['address', 'add', `${podAddress}/32`, 'dev', 'lo']);
      await run('outside', 'ip', ['route', 'add', LAB_POD_CIDR, 'via', LAB_NODE_ADDRESS]);
      await run('node', 'ip', ['route', 'add', podCIDR, 'via', LAB_OUTSIDE_ADDRESS]);
    },
    onNode: (program, args, input) => run('node', program, args, input),
    inPod: run,
    serve,
    async addPod(name, port = 8080) {
      await addNamespace(name);
      const list = JSON.parse(cniConfig({ leasesDir: join(dir, 'leases'), podCIDR: LAB_POD_CIDR, mtu: 1500 }));
      const [command, args] = inside('node', '/usr/lib/cni/ptp', []);
      const output = await runCommand(command, args, {
        input: JSON.stringify({ cniVersion: list.cniVersion, name: list.name, ...list.plugins[0] }),
        env: { CNI_COMMAND: 'ADD', CNI_CONTAINERID: ns(name), CNI_NETNS: `/run/netns/${ns(name)}`, CNI_IFNAME: 'eth0', CNI_PATH: '/usr/lib/cni' },
      });
      await serve(name, name, port);
      return JSON.parse(output).ips[0].address.split('/')[0];
    },
    request(from, address, port, options) {
      const client = clients.get(from) ?? startClient(enter(from));
      clients.set(from, client);
      return client.request(address, port, options);
    },
    async remove() {
      for (const peer of [...servers, ...clients.values()]) peer.end();
      for (const name of namespaces) await tryCommand('ip', ['netns', 'del', ns(name)]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
