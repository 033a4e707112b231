import { readFile } from 'node:fs/promises';
import { getSystemErrorMessage } from 'node:util';
import type { DnsSettings } from '../../contract/cluster-dns.ts';
import { MAX_DOMAIN, MAX_SEARCH_LINE, MAX_SEARCHES, parseResolvConf } from './name-resolution.ts';

export interface HostDns {
  readonly settings: DnsSettings;
  /** The reason why pods may not get all of it, in kubelet's words (CheckLimitsForResolvConf). */
  readonly fault?: string | undefined;
}

const NOTHING: DnsSettings = { servers: [], searches: [], options: [] };
const CLUSTER_SEARCHES = 3;

/**
 * The node's own name servers, by the given file or /etc/resolv.conf. The stub of systemd-resolved is of no use inside pods, so its upstream
 * servers take its place, unless a file was given.
 */
export async function hostDns(clusterDomain: string, file?: string): Promise<HostDns> {
  const own = await read(file ?? '/etc/resolv.conf', clusterDomain);
  if (file !== undefined || !own.settings.servers.every((server) => server.startsWith('127.'))) return own;
  const upstream = await read('/run/systemd/resolve/resolv.conf', clusterDomain);
  return upstream.settings === NOTHING ? { ...upstream, fault: own.fault } : upstream;
}

async function read(file: string, clusterDomain: string): Promise<HostDns> {
  try {
    const settings = parseResolvConf(await readFile(file, 'utf8'));
    return { settings, fault: excess(file, settings.searches, clusterDomain === '' ? MAX_SEARCHES : MAX_SEARCHES - CLUSTER_SEARCHES) };
  } catch (error) {
    return { settings: NOTHING, fault: `open ${file}: ${getSystemErrorMessage((error as NodeJS.ErrnoException).errno ?? 0)}` };
  }
}

function excess(file: string, searches: readonly string[], maxSearches: number): string | undefined {
  if (searches.length > maxSearches) return `Resolv.conf file '${file}' contains search line consisting of more than ${maxSearches} domains!`;
  if (searches.some((domain) => domain.length > MAX_DOMAIN)) {
    return `Resolv.conf file ${JSON.stringify(file)} contains a search path which length is more than allowed ${MAX_DOMAIN} chars!`;
  }
  if (searches.join(' ').length <= MAX_SEARCH_LINE) return undefined;
  return `Resolv.conf file '${file}' contains search line which length is more than allowed ${MAX_SEARCH_LINE} chars!`;
}
