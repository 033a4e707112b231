import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ClusterDns, DnsSettings } from '../../contract/cluster-dns.ts';

/** Upstream's limits (pkg/apis/core/validation: MaxDNSNameservers, MaxDNSSearchPaths). */
const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;

/** The settings of the pod's resolv.conf, by its dnsPolicy and dnsConfig (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/). */
export function podDns(pod: Live<Pod>, cluster: ClusterDns): DnsSettings {
  const policy = pod.spec?.dnsPolicy ?? 'ClusterFirst';
  const clusterFirst = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !pod.spec?.hostNetwork);
  const base = policy === 'None' ? NOTHING : clusterFirst && cluster.servers.length > 0 ? clusterSettings(pod, cluster) : cluster.host;
  const config = pod.spec?.dnsConfig;
  const options = new Map(base.options.map((option) => [option.split(':')[0], option]));
  for (const { name = '', value } of config?.options ?? []) options.set(name, value === undefined ? name : `${name}:${value}`);
  return {
    servers: unique([...base.servers, ...(config?.nameservers ?? [])]).slice(0, MAX_SERVERS),
    searches: unique([...base.searches, ...(config?.searches ?? [])]).slice(0, MAX_SEARCHES),
    options: [...options.values()],
  };
}

const NOTHING: DnsSettings = { servers: [], searches: [], options: [] };
const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

function clusterSettings(pod: Live<Pod>, cluster: ClusterDns): DnsSettings {
  const searches = [`${pod.metadata.namespace}.svc.${cluster.domain}`, `svc.${cluster.domain}`, cluster.domain];
  return { servers: cluster.servers, searches: [...searches, ...cluster.host.searches], options: ['ndots:5'] };
}

/** Reads resolv.conf's text. */
export function parseResolvConf(text: string): DnsSettings {
  const servers: string[] = [];
  let searches: string[] = [];
  const options: string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && values[0]) servers.push(values[0]);
    else if (keyword === 'search' || keyword === 'domain') searches = values.filter((domain) => domain !== '.');
    else if (keyword === 'options') options.push(...values);
  }
  return { servers, searches, options };
}

export interface HostNames {
  /** The output of `hostname`. */
  readonly hostname: string;
  /** The domain of the fully qualified name; empty without a subdomain. */
  readonly domain: string;
}

const MAX_HOSTNAME = 63;

/** The pod's host name: spec.hostname or its name, cut to what the kernel allows. */
export function podHostNames(pod: Live<Pod>, clusterDomain: string): HostNames {
  const override = pod.spec?.hostnameOverride;
  if (override) return { hostname: override, domain: '' };
  const hostname = (pod.spec?.hostname || pod.metadata.name).slice(0, MAX_HOSTNAME).replace(/[-.]+$/, '');
  const subdomain = pod.spec?.subdomain;
  const domain = subdomain ? `${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` : '';
  return pod.spec?.setHostnameAsFQDN && domain !== '' ? { hostname: `${hostname}.${domain}`, domain } : { hostname, domain };
}

/** The pod's /etc/hosts. With the host's network it is the host's own file and the aliases. */
export function hostsFile(pod: Live<Pod>, ips: readonly string[], clusterDomain: string, hostFile: string): string {
  const aliases = (pod.spec?.hostAliases ?? []).map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`);
  const aliasBlock = aliases.length > 0 ? `\n# Entries added by HostAliases.\n${aliases.join('')}` : '';
  if (pod.spec?.hostNetwork) return `${MANAGED_HOST_NETWORK}\n${hostFile}${aliasBlock}`;
  const { hostname, domain } = podHostNames(pod, clusterDomain);
  const short = hostname.split('.')[0] ?? hostname;
  const names = domain === '' ? hostname : `${short}.${domain}\t${short}`;
  return `${MANAGED}\n${LOCAL}${ips.map((ip) => `${ip}\t${names}\n`).join('')}${aliasBlock}`;
}

const MANAGED = '# Kubernetes-managed hosts file.';
const MANAGED_HOST_NETWORK = '# Kubernetes-managed hosts file (host network).';
const LOCAL = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
  '',
].join('\n');
