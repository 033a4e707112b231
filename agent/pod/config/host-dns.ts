import { readFile } from 'node:fs/promises';
import type { DnsSettings } from '../../contract/cluster-dns.ts';
import { parseResolvConf } from './name-resolution.ts';

const read = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/**
 * The node's own name servers, by the given file or /etc/resolv.conf. The stub of systemd-resolved is of no use inside pods, so its upstream
 * servers take its place, unless a file was given.
 */
export async function hostDns(file?: string): Promise<DnsSettings> {
  const own = parseResolvConf(await read(file ?? '/etc/resolv.conf'));
  if (file !== undefined || !own.servers.every((server) => server.startsWith('127.'))) return own;
  return parseResolvConf(await read('/run/systemd/resolve/resolv.conf'));
}
