import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';
import type { ResponseCode } from './answer.ts';

export interface DnsMetrics {
  answered(transport: 'udp' | 'tcp', type: string, code: ResponseCode, zone: string, seconds: number): void;
  forwarded(server: string, code: ResponseCode, seconds: number): void;
  cached(hit: boolean): void;
}

const BUCKETS = Array.from({ length: 16 }, (_, at) => 0.00025 * 2 ** at);
/** Types that have a label of their own, as in CoreDNS (plugin/metrics/vars); the others are `other`. */
const TYPES = new Set(['AAAA', 'A', 'CNAME', 'DNSKEY', 'DS', 'MX', 'NSEC3', 'NSEC', 'NS', 'PTR', 'RRSIG', 'SOA', 'SRV', 'TXT', 'HTTPS', 'ANY']);

/** CoreDNS' metrics under its names, as far as they apply. */
export function createDnsMetrics(registry: Registry, server: string): DnsMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'coredns_dns_requests_total',
    help: 'Queries.',
    labelNames: ['server', 'zone', 'view', 'proto', 'family', 'type'] as const,
    registers,
  });
  const responses = new Counter({
    name: 'coredns_dns_responses_total',
    help: 'Answers by code.',
    labelNames: ['server', 'zone', 'view', 'rcode', 'plugin'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'coredns_dns_request_duration_seconds',
    help: 'Seconds that answering took.',
    labelNames: ['server', 'zone', 'view'] as const,
    buckets: BUCKETS,
    registers,
  });
  const forwarding = new Histogram({
    name: 'coredns_proxy_request_duration_seconds',
    help: 'Seconds that a resolver of the node took.',
    labelNames: ['proxy_name', 'to', 'rcode'] as const,
    buckets: BUCKETS,
    registers,
  });
  const cacheRequests = new Counter({
    name: 'coredns_cache_requests_total',
    help: 'Queries for outside names.',
    labelNames: ['server'] as const,
    registers,
  });
  const cacheHits = new Counter({
    name: 'coredns_cache_hits_total',
    help: 'Queries for outside names that were answered from memory.',
    labelNames: ['server'] as const,
    registers,
  });
  cacheRequests.inc({ server }, 0);
  cacheHits.inc({ server }, 0);
  // prom-client hashes all labels on every call: the combinations, of which there are few, are kept ready.
  const known = new Map<string, () => void>();
  const counterOf = (proto: 'udp' | 'tcp', type: string, rcode: ResponseCode, zone: string): (() => void) => {
    const request = requests.labels({ server, zone, view: '', proto, family: '1', type: TYPES.has(type) ? type : 'other' });
    const response = responses.labels({ server, zone, view: '', rcode, plugin: zone === '.' ? 'forward' : 'kubernetes' });
    return () => {
      request.inc();
      response.inc();
    };
  };
  const durations = new Map<string, { observe(seconds: number): void }>();
  const remembered = <T>(map: Map<string, T>, key: string, make: () => T): T => {
    const value = map.get(key) ?? make();
    map.set(key, value);
    return value;
  };
  return {
    answered(proto, type, rcode, zone, seconds) {
      remembered(known, `${proto} ${TYPES.has(type) ? type : ''} ${rcode} ${zone}`, () => counterOf(proto, type, rcode, zone))();
      remembered(durations, zone, () => duration.labels({ server, zone, view: '' })).observe(seconds);
    },
    forwarded: (to, rcode, seconds) => forwarding.observe({ proxy_name: 'forward', to, rcode }, seconds),
    cached(hit) {
      cacheRequests.inc({ server });
      if (hit) cacheHits.inc({ server });
    },
  };
}
