import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ClusterDns, DnsSettings } from '../../contract/cluster-dns.ts';

/** Upstream's limits (pkg/apis/core/validation: MaxDNSNameservers, MaxDNSSearchPaths, MaxDNSSearchListChars; DNS1123SubdomainMaxLength). */
const MAX_SERVERS = 3;
export const MAX_SEARCHES = 32;
export const MAX_SEARCH_LINE = 2048;
export const MAX_DOMAIN = 253;

/** The settings of the pod's resolv.conf, by its dnsPolicy and dnsConfig (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/). */
export function podDns(pod: Live<Pod>, cluster: ClusterDns): DnsSettings {
  const { servers, searches, options } = unlimitedDns(pod, cluster);
  return { servers: servers.slice(0, MAX_SERVERS), searches: fittingSearches(searches), options };
}

export interface DnsWarning {
  readonly reason: 'DNSConfigForming' | 'MissingClusterDNS';
  readonly message: string;
}

/** The differences between a pod's resolv.conf and what it asks for, in kubelet's words. */
export function dnsWarnings(pod: Live<Pod>, cluster: ClusterDns): readonly DnsWarning[] {
  const wanted = unlimitedDns(pod, cluster);
  const { servers, searches } = podDns(pod, cluster);
  const warnings: DnsWarning[] = [];
  const warn = (reason: DnsWarning['reason'], message: string) => warnings.push({ reason, message });
  if (isClusterFirst(pod) && cluster.servers.length === 0) {
    const refusal = 'kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy.';
    warn('MissingClusterDNS', `${refusal} Falling back to "Default" policy.`);
  }
  if (servers.length < wanted.servers.length) {
    const line = servers.join(' ');
    warn('DNSConfigForming', `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${line}`);
  }
  if (searches.length < wanted.searches.length) {
    const line = searches.join(' ');
    warn('DNSConfigForming', `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${line}`);
  }
  return warnings;
}

function isClusterFirst({ spec }: Live<Pod>): boolean {
  const policy = spec?.dnsPolicy ?? 'ClusterFirst';
  return policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !spec?.hostNetwork);
}

function unlimitedDns(pod: Live<Pod>, cluster: ClusterDns): DnsSettings {
  const isOfCluster = isClusterFirst(pod) && cluster.servers.length > 0;
  const base = pod.spec?.dnsPolicy === 'None' ? NOTHING : isOfCluster ? clusterSettings(pod, cluster) : cluster.host;
  const config = pod.spec?.dnsConfig;
  const options = new Map(base.options.map((option) => [option.split(':')[0], option]));
  for (const { name = '', value } of config?.options ?? []) options.set(name, value === undefined ? name : `${name}:${value}`);
  return {
    servers: unique([...base.servers, ...(config?.nameservers ?? [])]),
    searches: unique([...base.searches, ...(config?.searches ?? [])]),
    options: [...options.values()],
  };
}

/** The first search domains as far as resolvers take them: some abort at a domain that is too long. */
function fittingSearches(searches: readonly string[]): readonly string[] {
  const fitting = searches.slice(0, MAX_SEARCHES).filter((domain) => domain.length <= MAX_DOMAIN);
  while (fitting.join(' ').length > MAX_SEARCH_LINE) fitting.pop();
  return fitting;
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
    else if (keyword === 'search' || keyword === 'domain')
      searches = values.filter((domain) => domain !== '.').map((domain) => domain.replace(/\.$/, ''));
    else if (keyword === 'options') options.push(...values);
  }
  return { servers, searches, options };
}

export interface HostNames {
  /** Without the domain. */
  readonly hostname: string;
  /** The domain of the fully qualified name; empty without a subdomain. */
  readonly domain: string;
}

const MAX_HOSTNAME = 63;
/** The kernel's field for the name of a machine. */
const MAX_FQDN = 64;

/** The pod's host name: spec.hostname or its name, cut to what the kernel allows. */
export function podHostNames(pod: Live<Pod>, clusterDomain: string): HostNames {
  const override = pod.spec?.hostnameOverride;
  if (override) return { hostname: override, domain: '' };
  const hostname = (pod.spec?.hostname || pod.metadata.name).slice(0, MAX_HOSTNAME).replace(/[-.]+$/, '');
  const subdomain = pod.spec?.subdomain;
  const domain = subdomain ? `${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` : '';
  return { hostname, domain };
}

/** The output of `hostname` in a pod. @throws Error in kubelet's words if it is to be the fully qualified name and that is too long */
export function kernelHostname(pod: Live<Pod>, clusterDomain: string): string {
  const { hostname, domain } = podHostNames(pod, clusterDomain);
  if (!pod.spec?.setHostnameAsFQDN || domain === '') return hostname;
  const name = `${hostname}.${domain}`;
  if (name.length <= MAX_FQDN) return name;
  const bounds = `(${MAX_FQDN} characters is the max, ${name.length} characters requested)`;
  throw new Error(`failed to construct FQDN from pod hostname and cluster domain, FQDN ${name} is too long ${bounds}`);
}

/** The pod's /etc/hosts. With the host's network it is the host's own file and the aliases. */
export function hostsFile(pod: Live<Pod>, ips: readonly string[], clusterDomain: string, hostFile: string): string {
  const aliases = (pod.spec?.hostAliases ?? []).map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`);
  const aliasBlock = aliases.length > 0 ? `\n# Entries added by HostAliases.\n${aliases.join('')}` : '';
  if (pod.spec?.hostNetwork) return `${MANAGED_HOST_NETWORK}\n${hostFile}${aliasBlock}`;
  const { hostname, domain } = podHostNames(pod, clusterDomain);
  const names = domain === '' ? hostname : `${hostname}.${domain}\t${hostname}`;
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
