import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt } from '../../containerd/command.ts';
import { CNI_CONF_FILE } from './cni.ts';

/** The node's end of a pod's link: the plugin `ptp` gives each the gateway's address, as a /32. */
export interface PodLink {
  readonly device: string;
  readonly gateway: string;
}

/** Node ends of pods' links, from the text of `ip -o -4 address show`. */
export function podLinks(output: string): PodLink[] {
  const rows = output.split('\n').map((line) => /^\d+: (veth[^\s@]*)\s+inet (\d[\d.]*)\/32 /.exec(line));
  return rows.flatMap((row) => (row?.[1] && row[2] ? [{ device: row[1], gateway: row[2] }] : []));
}

export async function listPodLinks(): Promise<PodLink[]> {
  return podLinks((await attempt('ip', ['-o', '-4', 'address', 'show'])).stdout);
}

/** Deletes what is left of pods' links once their namespaces are gone: those with the gateway of the network that our CNI list describes. */
export async function removePodLinks(confDir: string): Promise<void> {
  const subnet = /"subnet": "([\d.]+)\//.exec(await readFile(join(confDir, CNI_CONF_FILE), 'utf8').catch(() => ''))?.[1];
  if (subnet === undefined) return;
  const gateway = firstAddress(subnet);
  for (const link of await listPodLinks()) if (link.gateway === gateway) await attempt('ip', ['link', 'delete', link.device]);
}

/** host-local's gateway: the first address of the subnet. */
function firstAddress(subnet: string): string {
  const parts = subnet.split('.').map(Number);
  const number = parts.reduce((sum, part) => sum * 256 + part, 0) + 1;
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}
