import type { Service, ServicePort } from '../../../api/kinds/core/service/index.ts';
import type { Endpoint, EndpointSlicePort } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Random } from '../../../base/random.ts';
import type { Question } from './answer.ts';
import type { ClusterRecords } from './records.ts';
import type { ZoneAnswer, ZoneAnswers } from './zone-answers.ts';
import { addressRecords, serviceRecord } from './zone-answers.ts';

/** The parts that questions about a zone are answered with. */
export interface Zone {
  /** `cluster.local`. */
  readonly domain: string;
  readonly records: ClusterRecords;
  readonly answers: ZoneAnswers;
  readonly random: Random;
}

export const isIPv4 = (text: string): boolean => /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);
export const isHeadless = (service: Service): boolean => service.spec?.clusterIP === 'None';
export const clusterIPs = (service: Service): string[] => (service.spec?.clusterIPs ?? [service.spec?.clusterIP ?? '']).filter(isIPv4);
/** An unset condition means ready. */
export const isReady = (endpoint: Endpoint): boolean => endpoint.conditions?.ready !== false;
export const hostOf = (endpoint: Endpoint): string => endpoint.hostname || (endpoint.addresses[0] ?? '').replaceAll('.', '-');

export const baseName = ({ domain }: Zone, { metadata }: Live<Service>): string => `${metadata.name}.${metadata.namespace}.svc.${domain}`;

export const readyEndpoints = (
  { records }: Zone,
  service: Live<Service>,
): readonly { readonly endpoint: Endpoint; readonly ports: readonly EndpointSlicePort[] }[] =>
  records
    .slices(service)
    .filter(({ addressType }) => addressType === 'IPv4')
    .flatMap((slice) => (slice.endpoints ?? []).filter(isReady).map((endpoint) => ({ endpoint, ports: slice.ports ?? [] })));

type AnyPort = ServicePort | EndpointSlicePort;

/** Answers with SRV records of all ports of the service, or of the one that is named. */
export function serviceRecords(zone: Zone, question: Question, service: Live<Service>, wanted?: { port: string; protocol: string }): ZoneAnswer {
  const { found, notFound } = zone.answers;
  const matches = (port: AnyPort) =>
    wanted === undefined || (port.name === wanted.port && (port.protocol ?? 'TCP').toLowerCase() === wanted.protocol);
  const targets = targetsOf(zone, service, matches);
  if (targets.length === 0) return wanted && !service.spec?.ports?.some(matches) ? notFound : found([]);
  if (question.type !== 'SRV') return found([]);
  const weight = Math.max(1, Math.floor(100 / targets.length));
  const hosts = new Map(targets.map(({ host, ip }) => [host, ip]));
  return found(
    shuffled(targets, zone.random).map(({ host, port }) => serviceRecord(question.name, host, port, weight)),
    [...hosts].flatMap(([host, ip]) => addressRecords(host, [ip])),
  );
}

interface Target {
  readonly host: string;
  readonly ip: string;
  readonly port: number;
}

function targetsOf(zone: Zone, service: Live<Service>, matches: (port: AnyPort) => boolean): readonly Target[] {
  const base = baseName(zone, service);
  const targets: Target[] = [];
  if (isHeadless(service)) {
    for (const { endpoint, ports } of readyEndpoints(zone, service)) {
      const [ip] = endpoint.addresses;
      for (const port of ports.filter(matches)) if (ip && port.port) targets.push({ host: `${hostOf(endpoint)}.${base}`, ip, port: port.port });
    }
    return targets;
  }
  const [ip] = clusterIPs(service);
  for (const port of (service.spec?.ports ?? []).filter(matches)) if (ip) targets.push({ host: base, ip, port: port.port });
  return targets;
}

/** The items in an order of chance: clients that take the first spread over all. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    const [a, b] = [result[at], result[other]];
    if (a !== undefined && b !== undefined) [result[at], result[other]] = [b, a];
  }
  return result;
}
