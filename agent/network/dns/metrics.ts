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
    help: '… that were answered from memory.',
    labelNames: ['server'] as const,
    registers,
  });
  cacheRequests.inc({ server }, 0);
  cacheHits.inc({ server }, 0);
  return {
    answered(proto, type, rcode, zone, seconds) {
      requests.inc({ server, zone, view: '', proto, family: '1', type: TYPES.has(type) ? type : 'other' });
      responses.inc({ server, zone, view: '', rcode, plugin: zone === '.' ? 'forward' : 'kubernetes' });
      duration.observe({ server, zone, view: '' }, seconds);
    },
    forwarded: (to, rcode, seconds) => forwarding.observe({ proxy_name: 'forward', to, rcode }, seconds),
    cached(hit) {
      cacheRequests.inc({ server });
      if (hit) cacheHits.inc({ server });
    },
  };
}
