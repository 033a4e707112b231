import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Random } from '../../../base/random.ts';
import { systemRandom } from '../../../base/random.ts';
import type { Question } from './answer.ts';
import { CLUSTER_TTL } from './answer.ts';
import type { ClusterRecords } from './records.ts';
import type { Zone } from './service-records.ts';
import { baseName, clusterIPs, hostOf, isHeadless, isIPv4, isReady, readyEndpoints, serviceRecords, shuffled } from './service-records.ts';
import type { ZoneAnswer } from './zone-answers.ts';
import { createZoneAnswers } from './zone-answers.ts';

export interface ZoneOptions {
  /** `cluster.local`. */
  readonly domain: string;
  /** The address of this server, which the zone's name server has. */
  readonly address: string;
  readonly records: ClusterRecords;
  readonly random?: Random;
}

const SCHEMA_VERSION = '1.1.0';
const REVERSE = '.in-addr.arpa';

/** Answers by the Kubernetes DNS-Based Service Discovery specification, 1.1.0 (kubernetes/dns, docs/specification.md). Pure over its records. */
export function createZone({ domain, address, records, random = systemRandom }: ZoneOptions): (question: Question) => ZoneAnswer {
  const answers = createZoneAnswers(domain);
  const { soa, notFound, found, addresses } = answers;
  const zone: Zone = { domain, records, answers, random };
  return (question) => {
    const name = question.name.toLowerCase();
    if (name.endsWith(REVERSE)) return pointer(zone, { ...question, name });
    if (name === domain) {
      if (question.type === 'SOA') return found([soa]);
      return found(question.type === 'NS' ? [{ type: 'NS', name: domain, ttl: CLUSTER_TTL, data: `ns.dns.${domain}` }] : []);
    }
    if (!name.endsWith(`.${domain}`)) return undefined;
    const labels = name.slice(0, -domain.length - 1).split('.');
    const kind = labels.pop();
    if (kind === 'svc') return serviceName(zone, question, labels);
    if (kind === 'pod') return podName(zone, question, labels);
    if (kind === 'dns-version' && labels.length === 0) {
      return found(question.type === 'TXT' ? [{ type: 'TXT', name: question.name, ttl: CLUSTER_TTL, data: SCHEMA_VERSION }] : []);
    }
    if (kind === 'dns' && labels.length <= 1) return labels[0] === 'ns' ? addresses(question, [address]) : labels.length === 0 ? found([]) : notFound;
    return notFound;
  };
}

/** @param labels those before `svc`: `[_port, _protocol, NAME, NAMESPACE]` or a part of that from its end. */
function serviceName(zone: Zone, question: Question, labels: readonly string[]): ZoneAnswer {
  const { records, answers } = zone;
  const { found, notFound } = answers;
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
  return below.length === 0 ? wholeService(zone, question, service) : belowService(zone, question, service, below);
}

function wholeService(zone: Zone, question: Question, service: Live<Service>): ZoneAnswer {
  const { addresses, notFound } = zone.answers;
  if (question.type === 'SRV') return serviceRecords(zone, question, service);
  if (!isHeadless(service)) return addresses(question, clusterIPs(service));
  const ips = [...new Set(readyEndpoints(zone, service).map(({ endpoint }) => endpoint.addresses[0] ?? ''))];
  // A headless service without endpoints has no name (as CoreDNS has it): clients wait for it to appear.
  return ips.length === 0 ? notFound : addresses(question, shuffled(ips, zone.random));
}

/** A port of the service (`_port._protocol`), or one of its endpoints by host name. */
function belowService(zone: Zone, question: Question, service: Live<Service>, below: readonly string[]): ZoneAnswer {
  const { addresses, found, notFound } = zone.answers;
  const [first = '', second] = below;
  if (below.length === 2 && first.startsWith('_') && second?.startsWith('_')) {
    return serviceRecords(zone, question, service, { port: first.slice(1), protocol: second.slice(1) });
  }
  if (below.length === 1 && first.startsWith('_') && ['_tcp', '_udp', '_sctp'].includes(first)) return found([]);
  if (below.length !== 1) return notFound;
  const endpoints = readyEndpoints(zone, service).filter(({ endpoint }) => hostOf(endpoint) === first);
  return endpoints.length === 0 ? notFound : addresses(question, [...new Set(endpoints.map(({ endpoint }) => endpoint.addresses[0] ?? ''))]);
}

/** `10-244-0-5.NAMESPACE.pod`: the address is in the name, nobody is asked (as with CoreDNS' `pods insecure`, kubeadm's setting). */
function podName({ answers }: Zone, question: Question, labels: readonly string[]): ZoneAnswer {
  if (labels.length < 2) return answers.found([]);
  const ip = labels[0]?.replaceAll('-', '.') ?? '';
  return labels.length === 2 && isIPv4(ip) ? answers.addresses(question, [ip]) : answers.notFound;
}

function pointer(zone: Zone, question: Question): ZoneAnswer {
  const { records, answers } = zone;
  const ip = question.name.slice(0, -REVERSE.length).split('.').reverse().join('.');
  const names = records.servicesAt(ip).map((service) => baseName(zone, service));
  if (names.length === 0) {
    for (const { service, endpoint } of records.endpointsAt(ip)) {
      if (isReady(endpoint) && (isHeadless(service) || endpoint.hostname)) names.push(`${hostOf(endpoint)}.${baseName(zone, service)}`);
    }
  }
  // Addresses that are nobody's here may be somebody's outside: the node's resolvers are asked.
  if (names.length === 0) return undefined;
  return answers.found(question.type === 'PTR' ? names.map((data) => ({ type: 'PTR', name: question.name, ttl: CLUSTER_TTL, data })) : []);
}
