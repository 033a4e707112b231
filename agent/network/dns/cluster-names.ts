import type { Answer } from 'dns-packet';
import type { Service, ServicePort } from '../../../api/kinds/core/service/index.ts';
import type { Endpoint, EndpointSlicePort } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Question, Reply } from './answer.ts';
import { CLUSTER_TTL } from './answer.ts';
import type { ClusterRecords } from './records.ts';

export interface ZoneOptions {
  /** `cluster.local`. */
  readonly domain: string;
  /** The address of this server, which the zone's name server has. */
  readonly address: string;
  readonly records: ClusterRecords;
}

/** The answer, or a name outside that is asked for instead (ExternalName); undefined: not a name of the cluster's. */
export type ZoneAnswer = { readonly reply: Reply } | { readonly alias: Answer; readonly target: string } | undefined;

const SCHEMA_VERSION = '1.1.0';
const REVERSE = '.in-addr.arpa';

/** Answers by the Kubernetes DNS-Based Service Discovery specification, 1.1.0 (kubernetes/dns, docs/specification.md). Pure over its records. */
export function createZone({ domain, address, records }: ZoneOptions): (question: Question) => ZoneAnswer {
  const soa: Answer = {
    type: 'SOA',
    name: domain,
    ttl: CLUSTER_TTL,
    data: { mname: `ns.dns.${domain}`, rname: `hostmaster.${domain}`, serial: 1, refresh: 7200, retry: 1800, expire: 86_400, minimum: CLUSTER_TTL },
  };
  const reply = (code: Reply['code'], answers: readonly Answer[] = [], additionals: readonly Answer[] = []): ZoneAnswer => ({
    reply: { code, authoritative: true, answers, authorities: answers.length === 0 ? [soa] : [], additionals },
  });
  const notFound = reply('NXDOMAIN');
  /** The name exists, and has these records: without one of the wanted type the answer is empty. */
  const found = (answers: readonly Answer[], additionals: readonly Answer[] = []): ZoneAnswer => reply('NOERROR', answers, additionals);
  const a = (name: string, ips: readonly string[]): Answer[] => ips.map((data) => ({ type: 'A', name, ttl: CLUSTER_TTL, data }));
  const addresses = (question: Question, ips: readonly string[]): ZoneAnswer => found(question.type === 'A' ? a(question.name, ips) : []);
  const srv = (name: string, target: string, port: number, weight: number): Answer => ({
    type: 'SRV',
    name,
    ttl: CLUSTER_TTL,
    data: { target, port, priority: 0, weight },
  });

  /** SRV records of all ports, or of the one named. */
  const services = (question: Question, service: Live<Service>, wanted?: { port: string; protocol: string }): ZoneAnswer => {
    const base = `${service.metadata.name}.${service.metadata.namespace}.svc.${domain}`;
    const matches = (port: ServicePort | EndpointSlicePort) =>
      wanted === undefined || (port.name === wanted.port && (port.protocol ?? 'TCP').toLowerCase() === wanted.protocol);
    const targets: { host: string; ip: string; port: number }[] = [];
    if (isHeadless(service)) {
      for (const { endpoint, ports } of readyEndpoints(service)) {
        const [ip] = endpoint.addresses;
        for (const port of ports.filter(matches)) if (ip && port.port) targets.push({ host: `${hostOf(endpoint)}.${base}`, ip, port: port.port });
      }
    } else {
      const [ip] = clusterIPs(service);
      for (const port of (service.spec?.ports ?? []).filter(matches)) if (ip) targets.push({ host: base, ip, port: port.port });
    }
    if (targets.length === 0) return wanted && !hasPort(service, matches) ? notFound : found([]);
    if (question.type !== 'SRV') return found([]);
    const weight = Math.max(1, Math.floor(100 / targets.length));
    const hosts = new Map(targets.map(({ host, ip }) => [host, ip]));
    return found(
      shuffled(targets).map(({ host, port }) => srv(question.name, host, port, weight)),
      [...hosts].flatMap(([host, ip]) => a(host, [ip])),
    );
  };
  const hasPort = (service: Live<Service>, matches: (port: ServicePort) => boolean): boolean => service.spec?.ports?.some(matches) ?? false;

  const readyEndpoints = (service: Live<Service>): { endpoint: Endpoint; ports: readonly EndpointSlicePort[] }[] =>
    records
      .slices(service)
      .filter(({ addressType }) => addressType === 'IPv4')
      .flatMap((slice) => (slice.endpoints ?? []).filter(isReady).map((endpoint) => ({ endpoint, ports: slice.ports ?? [] })));

  const serviceName = (question: Question, labels: readonly string[]): ZoneAnswer => {
    const namespace = labels.at(-1);
    const name = labels.at(-2);
    if (namespace === undefined) return found([]);
    if (name === undefined) return records.hasServices(namespace) ? found([]) : notFound;
    const service = records.service(namespace, name);
    if (!service) return notFound;
    const below = labels.slice(0, -2);
    const external = service.spec?.type === 'ExternalName' ? service.spec.externalName : undefined;
    if (external !== undefined) {
      if (below.length > 0) return notFound;
      const target = external.replace(/\.$/, '');
      return { alias: { type: 'CNAME', name: question.name, ttl: CLUSTER_TTL, data: target }, target };
    }
    const [first = '', second] = below;
    if (below.length === 0) {
      if (question.type === 'SRV') return services(question, service);
      if (!isHeadless(service)) return addresses(question, clusterIPs(service));
      const ips = [...new Set(readyEndpoints(service).map(({ endpoint }) => endpoint.addresses[0] ?? ''))];
      // A headless service without endpoints has no name (as CoreDNS has it): clients wait for it to appear.
      return ips.length === 0 ? notFound : addresses(question, shuffled(ips));
    }
    if (below.length === 2 && first.startsWith('_') && second?.startsWith('_')) {
      return services(question, service, { port: first.slice(1), protocol: second.slice(1) });
    }
    if (below.length === 1 && first.startsWith('_') && ['_tcp', '_udp', '_sctp'].includes(first)) return found([]);
    if (below.length !== 1) return notFound;
    const ips = readyEndpoints(service).filter(({ endpoint }) => hostOf(endpoint) === first);
    return ips.length === 0 ? notFound : addresses(question, [...new Set(ips.map(({ endpoint }) => endpoint.addresses[0] ?? ''))]);
  };

  /** `10-244-0-5.NAMESPACE.pod`: the address is in the name, nobody is asked (as with CoreDNS' `pods insecure`, kubeadm's setting). */
  const podName = (question: Question, labels: readonly string[]): ZoneAnswer => {
    if (labels.length < 2) return found([]);
    const ip = labels[0]?.replaceAll('-', '.') ?? '';
    return labels.length === 2 && isIPv4(ip) ? addresses(question, [ip]) : notFound;
  };

  const pointer = (question: Question): ZoneAnswer => {
    const ip = question.name.slice(0, -REVERSE.length).split('.').reverse().join('.');
    const base = (service: Live<Service>) => `${service.metadata.name}.${service.metadata.namespace}.svc.${domain}`;
    const names = records.servicesAt(ip).map(base);
    if (names.length === 0) {
      for (const { service, endpoint } of records.endpointsAt(ip)) {
        if (isReady(endpoint) && (isHeadless(service) || endpoint.hostname)) names.push(`${hostOf(endpoint)}.${base(service)}`);
      }
    }
    // Addresses that are nobody's here may be somebody's outside: the node's resolvers are asked.
    if (names.length === 0) return undefined;
    return found(question.type === 'PTR' ? names.map((data) => ({ type: 'PTR', name: question.name, ttl: CLUSTER_TTL, data })) : []);
  };

  return (question) => {
    const name = question.name.toLowerCase();
    if (name.endsWith(REVERSE)) return pointer({ ...question, name });
    if (name === domain) {
      if (question.type === 'SOA') return found([soa]);
      return found(question.type === 'NS' ? [{ type: 'NS', name: domain, ttl: CLUSTER_TTL, data: `ns.dns.${domain}` }] : []);
    }
    if (!name.endsWith(`.${domain}`)) return undefined;
    const labels = name.slice(0, -domain.length - 1).split('.');
    const kind = labels.pop();
    if (kind === 'svc') return serviceName(question, labels);
    if (kind === 'pod') return podName(question, labels);
    if (kind === 'dns-version' && labels.length === 0) {
      return found(question.type === 'TXT' ? [{ type: 'TXT', name: question.name, ttl: CLUSTER_TTL, data: SCHEMA_VERSION }] : []);
    }
    if (kind === 'dns' && labels.length <= 1) return labels[0] === 'ns' ? addresses(question, [address]) : labels.length === 0 ? found([]) : notFound;
    return notFound;
  };
}

const isIPv4 = (text: string): boolean => /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);
const isHeadless = (service: Service): boolean => service.spec?.clusterIP === 'None';
const clusterIPs = (service: Service): string[] => (service.spec?.clusterIPs ?? [service.spec?.clusterIP ?? '']).filter(isIPv4);
/** An unset condition means ready. */
const isReady = (endpoint: Endpoint): boolean => endpoint.conditions?.ready !== false;
const hostOf = (endpoint: Endpoint): string => endpoint.hostname || (endpoint.addresses[0] ?? '').replaceAll('.', '-');

function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    const [a, b] = [result[at], result[other]];
    if (a !== undefined && b !== undefined) [result[at], result[other]] = [b, a];
  }
  return result;
}
