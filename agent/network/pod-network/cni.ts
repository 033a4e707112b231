import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface CniOptions {
  /** The directory that containerd reads (and watches). */
  readonly confDir: string;
  /** host-local's leases. */
  readonly leasesDir: string;
  /** `10.244.0.0/24`: the node's own. */
  readonly podCIDR: string;
  /** Bytes: the uplink's, as pods' packets leave through it unwrapped. */
  readonly mtu: number;
}

/** Sorts before what others leave there: containerd reads the first list only. */
export const CNI_CONF_FILE = '10-skiff.conflist';
/** The network's name: host-local keeps its leases under it. */
export const CNI_NETWORK = 'skiff';

/**
 * The pod network of a node as a CNI network list. Each pod has a veth pair of its own and is reached over a host route (plugin `ptp`), with
 * the first address of the pod CIDR as everyone's gateway. Against a bridge this saves a link, a tenth to a third of ADD's time, and the need
 * for br_netfilter: between two ports of a bridge, a service's answer would pass by conntrack, which has to turn its address back.
 * Host ports, masquerading and services are the business of our nft table: `portmap` takes 40 ms and more for a pod with a host port.
 * containerd adds the loopback device itself.
 */
export function cniConfig(options: Omit<CniOptions, 'confDir'>): string {
  const ptp = {
    type: 'ptp',
    ipMasq: false,
    mtu: options.mtu,
    ipam: { type: 'host-local', dataDir: options.leasesDir, ranges: [[{ subnet: options.podCIDR }]], routes: [{ dst: '0.0.0.0/0' }] },
  };
  return `${JSON.stringify({ cniVersion: '0.4.0', name: CNI_NETWORK, plugins: [ptp] }, undefined, 2)}\n`;
}

/** Puts the network list where containerd finds it, in one step, if it is not there as wanted. True when it had to. */
export async function writeCniConfig(options: CniOptions): Promise<boolean> {
  const file = join(options.confDir, CNI_CONF_FILE);
  const wanted = cniConfig(options);
  if ((await readFile(file, 'utf8').catch(() => undefined)) === wanted) return false;
  await mkdir(options.confDir, { recursive: true, mode: 0o755 });
  // The new file's name has no ending that containerd reads: it sees the list whole or not at all.
  await writeFile(`${file}.new`, wanted, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return true;
}
