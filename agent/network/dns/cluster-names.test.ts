import { describe, expect, it } from '@jest/globals';
import type { Answer, RecordType } from 'dns-packet';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Reply } from './answer.ts';
import { createZone } from './cluster-names.ts';
import type { ClusterRecords } from './records.ts';

const live = <T extends object>(namespace: string, name: string, object: T): Live<T> => ({
  metadata: { namespace, name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  ...object,
});
const ports = [
  { name: 'http', port: 80, protocol: 'TCP' },
  { name: 'dns', port: 53, protocol: 'UDP' },
];
const all: Record<string, Live<Service>> = {
  'default/web': live('default', 'web', { spec: { clusterIP: '10.96.1.1', clusterIPs: ['10.96.1.1'], ports } }),
  'default/db': live('default', 'db', { spec: { clusterIP: 'None', clusterIPs: ['None'], ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }] } }),
  'default/empty': live('default', 'empty', { spec: { clusterIP: 'None', clusterIPs: ['None'], ports } }),
  'default/out': live('default', 'out', { spec: { type: 'ExternalName', externalName: 'www.example.com' } }),
};
const slice: Live<EndpointSlice> = live('default', 'db-1', {
  addressType: 'IPv4',
  ports: [{ name: 'sql', port: 5433, protocol: 'TCP' }],
  endpoints: [
    { addresses: ['10.244.0.5'], hostname: 'db-0', conditions: { ready: true } },
    { addresses: ['10.244.0.6'], conditions: { ready: true } },
    { addresses: ['10.244.0.7'], hostname: 'db-2', conditions: { ready: false } },
  ],
});
const records: ClusterRecords = {
  ready: Promise.resolve(),
  service: (namespace, name) => all[`${namespace}/${name}`],
  slices: (service) => (service.metadata.name === 'db' ? [slice] : []),
  hasServices: (namespace) => namespace === 'default',
  servicesAt: (ip) => Object.values(all).filter(({ spec }) => spec?.clusterIP === ip),
  endpointsAt: (ip) =>
    (slice.endpoints ?? []).filter(({ addresses }) => addresses[0] === ip).map((endpoint) => ({ service: all['default/db']!, endpoint })),
};
const zone = createZone({ domain: 'cluster.local', address: '10.96.0.10', records });

const text = (record: Answer): string => `${record.name} ${record.type} ${'data' in record ? JSON.stringify(record.data) : ''}`.replaceAll('"', '');
function ask(name: string, type: RecordType = 'A'): Reply {
  const answer = zone({ name, type });
  if (!answer || !('reply' in answer)) throw new Error(`no reply for ${name}`);
  return answer.reply;
}
const answers = (name: string, type: RecordType = 'A') => {
  const { code, answers: found } = ask(name, type);
  return found.length === 0 ? code : found.map(text).sort();
};

describe('names of services', () => {
  it('have the cluster IP', () => {
    expect(answers('web.default.svc.cluster.local')).toEqual(['web.default.svc.cluster.local A 10.96.1.1']);
    expect(ask('web.default.svc.cluster.local').answers).toMatchObject([{ ttl: 5 }]);
  });
  it('are found whatever their case, and answered in the case of the question', () => {
    expect(answers('WEB.Default.svc.cluster.LOCAL')).toEqual(['WEB.Default.svc.cluster.LOCAL A 10.96.1.1']);
  });
  it('without IPv6 address exist but have no AAAA record', () => {
    const reply = ask('web.default.svc.cluster.local', 'AAAA');
    expect(reply).toMatchObject({ code: 'NOERROR', answers: [], authoritative: true, authorities: [{ type: 'SOA', name: 'cluster.local', ttl: 5 }] });
  });
  it('that nobody has do not exist, and the denial carries the zone’s SOA record', () => {
    expect(ask('nope.default.svc.cluster.local')).toMatchObject({ code: 'NXDOMAIN', authorities: [{ type: 'SOA' }] });
    expect(answers('a.b.web.default.svc.cluster.local')).toBe('NXDOMAIN');
    expect(answers('web.default.cluster.local')).toBe('NXDOMAIN');
  });
  it('have SRV records for named ports, with the address beside', () => {
    const name = '_http._tcp.web.default.svc.cluster.local';
    expect(answers(name, 'SRV')).toEqual([`${name} SRV {target:web.default.svc.cluster.local,port:80,priority:0,weight:100}`]);
    expect(ask(name, 'SRV').additionals.map(text)).toEqual(['web.default.svc.cluster.local A 10.96.1.1']);
    expect(answers('_dns._udp.web.default.svc.cluster.local', 'SRV')).toHaveLength(1);
    expect(answers('_dns._tcp.web.default.svc.cluster.local', 'SRV')).toBe('NXDOMAIN');
    expect(answers('web.default.svc.cluster.local', 'SRV')).toHaveLength(2);
  });
  it('that are headless have the addresses of ready endpoints', () => {
    expect(answers('db.default.svc.cluster.local')).toEqual([
      'db.default.svc.cluster.local A 10.244.0.5',
      'db.default.svc.cluster.local A 10.244.0.6',
    ]);
    expect(answers('empty.default.svc.cluster.local')).toBe('NXDOMAIN');
  });
  it('lead on to endpoints by hostname, or by address where they have none', () => {
    expect(answers('db-0.db.default.svc.cluster.local')).toEqual(['db-0.db.default.svc.cluster.local A 10.244.0.5']);
    expect(answers('10-244-0-6.db.default.svc.cluster.local')).toEqual(['10-244-0-6.db.default.svc.cluster.local A 10.244.0.6']);
    expect(answers('db-2.db.default.svc.cluster.local')).toBe('NXDOMAIN');
  });
  it('that are headless have SRV records of each endpoint at its own port', () => {
    const name = '_sql._tcp.db.default.svc.cluster.local';
    expect(answers(name, 'SRV')).toEqual([
      `${name} SRV {target:10-244-0-6.db.default.svc.cluster.local,port:5433,priority:0,weight:50}`,
      `${name} SRV {target:db-0.db.default.svc.cluster.local,port:5433,priority:0,weight:50}`,
    ]);
    expect(ask(name, 'SRV').additionals).toHaveLength(2);
  });
  it('of type ExternalName are aliases', () => {
    expect(zone({ name: 'out.default.svc.cluster.local', type: 'A' })).toMatchObject({
      alias: { type: 'CNAME', data: 'www.example.com' },
      target: 'www.example.com',
    });
  });
});

describe('other names of the zone', () => {
  it('that have names below them exist', () => {
    for (const name of [
      'cluster.local',
      'svc.cluster.local',
      'default.svc.cluster.local',
      'pod.cluster.local',
      'default.pod.cluster.local',
      '_tcp.web.default.svc.cluster.local',
    ]) {
      expect(ask(name)).toMatchObject({ code: 'NOERROR', answers: [] });
    }
    expect(answers('other.svc.cluster.local')).toBe('NXDOMAIN');
  });
  it('of pods hold their address', () => {
    expect(answers('10-244-0-5.default.pod.cluster.local')).toEqual(['10-244-0-5.default.pod.cluster.local A 10.244.0.5']);
    expect(answers('10-244-0-500.default.pod.cluster.local')).toBe('NXDOMAIN');
  });
  it('tell the version of the specification, the name server and the zone', () => {
    expect(answers('dns-version.cluster.local', 'TXT')).toEqual(['dns-version.cluster.local TXT 1.1.0']);
    expect(answers('cluster.local', 'NS')).toEqual(['cluster.local NS ns.dns.cluster.local']);
    expect(answers('ns.dns.cluster.local')).toEqual(['ns.dns.cluster.local A 10.96.0.10']);
    expect(ask('cluster.local', 'SOA').answers).toHaveLength(1);
  });
  it('outside the zone are not answered here', () => {
    expect(zone({ name: 'example.com', type: 'A' })).toBeUndefined();
    expect(zone({ name: 'xcluster.local', type: 'A' })).toBeUndefined();
  });
});

describe('reverse names', () => {
  it('lead to services by cluster IP, and to endpoints of headless services', () => {
    expect(answers('1.1.96.10.in-addr.arpa', 'PTR')).toEqual(['1.1.96.10.in-addr.arpa PTR web.default.svc.cluster.local']);
    expect(answers('5.0.244.10.in-addr.arpa', 'PTR')).toEqual(['5.0.244.10.in-addr.arpa PTR db-0.db.default.svc.cluster.local']);
  });
  it('of addresses that are nobody’s here are asked for outside', () => {
    expect(zone({ name: '1.2.3.4.in-addr.arpa', type: 'PTR' })).toBeUndefined();
  });
});
