import { describe, expect, it } from '@jest/globals';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { EndpointSlice } from '../../../api/kinds/discovery/endpoint-slice.ts';
import { staleFlows } from './conntrack.ts';
import { planHostPorts, udpHostPorts } from './host-port-plan.ts';
import type { Item } from './ledger.ts';
import { keepPlaces, planService } from './service-plan.ts';

const context = { nodeName: 'here', ownAddresses: new Set(['10.96.0.10']) };
const service = (spec: NonNullable<Service['spec']>, status?: Service['status']): Service => ({
  metadata: { namespace: 'default', name: 'web' },
  spec: { clusterIP: '10.96.1.1', clusterIPs: ['10.96.1.1'], ports: [{ name: 'http', port: 80, protocol: 'TCP' }], ...spec },
  status,
});
const slices = (...ips: string[]): EndpointSlice[] => [
  {
    addressType: 'IPv4',
    ports: [
      { name: 'http', port: 8080, protocol: 'TCP' },
      { name: 'dns', port: 5353, protocol: 'UDP' },
    ],
    endpoints: ips.map((ip) => ({ addresses: [ip], nodeName: 'here' })),
  },
];
const lines = (items: readonly Item[]) =>
  items
    .map((item) => (item.type === 'element' ? `${item.collection} { ${item.key}${item.value && ` : ${item.value}`} }` : `${item.type} ${item.name}`))
    .sort();

describe('the plan of a service', () => {
  it('sends its cluster IP to one of its backends, by place', () => {
    expect(lines(planService(service({}), slices('10.0.0.1', '10.0.0.2'), context).items)).toEqual([
      'chain vip-tcp-random-2',
      'cluster_ips { 10.96.1.1 }',
      'hairpin { 10.0.0.1 . 10.0.0.1 }',
      'hairpin { 10.0.0.2 . 10.0.0.2 }',
      'services { 10.96.1.1 . tcp . 80 : goto vip-tcp-random-2 }',
      'vip_tcp_backends { 10.96.1.1 . 80 . 0 : 10.0.0.1 . 8080 }',
      'vip_tcp_backends { 10.96.1.1 . 80 . 1 : 10.0.0.2 . 8080 }',
    ]);
  });

  it('refuses where there is no endpoint', () => {
    const ports = [{ name: 'http', port: 80, nodePort: 30080 }];
    expect(lines(planService(service({ type: 'NodePort', ports }), [], context).items)).toEqual([
      'cluster_ips { 10.96.1.1 }',
      'rejected { 10.96.1.1 . tcp . 80 }',
      'rejected_node_ports { tcp . 30080 }',
    ]);
  });

  it.each([
    { clusterIP: 'None', clusterIPs: ['None'] },
    { type: 'ExternalName', clusterIP: undefined, clusterIPs: undefined },
    { clusterIP: '', clusterIPs: [] },
  ])('is empty for %j', (spec) => {
    expect(planService(service(spec), slices('10.0.0.1'), context).items).toEqual([]);
  });

  it('leaves an address that the node answers itself alone', () => {
    expect(planService(service({ clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'] }), [], context).items).toEqual([]);
  });

  it('leaves load-balancer addresses in mode Proxy to the load balancer', () => {
    const ingress = [{ ip: '172.30.0.1', ipMode: 'Proxy' }, { ip: '172.30.0.2', ipMode: 'VIP' }, { hostname: 'lb.example.com' }];
    const planned = lines(planService(service({ type: 'LoadBalancer' }, { loadBalancer: { ingress } }), slices('10.0.0.1'), context).items).join();
    expect(planned).toContain('172.30.0.2');
    expect(planned).not.toContain('172.30.0.1');
  });

  it('keeps names within what nftables takes', () => {
    const long = service({ sessionAffinity: 'ClientIP' });
    long.metadata = { namespace: 'n'.repeat(63), name: 's'.repeat(63) };
    for (const item of planService(long, slices('10.0.0.1'), context).items) {
      if (item.type !== 'element') expect(item.name.length).toBeLessThan(128);
    }
  });

  it('gives a service with affinity another set of clients when its time-out changes', () => {
    const sets = (timeoutSeconds: number) =>
      planService(service({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } }), slices('10.0.0.1'), context)
        .items.filter((item) => item.type === 'set')
        .map((item) => item.name);
    expect(sets(10)).not.toEqual(sets(20));
  });

  it('counts for a load balancer the backends here that are ready, each once, and not those that only serve while they terminate', () => {
    const leaving = { ready: false, serving: true, terminating: true };
    const localBackends = (...conditions: object[]) => {
      const endpoints = conditions.map((each, at) => ({ addresses: [`10.0.0.${at}`], nodeName: 'here', conditions: each }));
      const both = [
        { name: 'http', port: 80 },
        { name: 'dns', port: 53, protocol: 'UDP' },
      ];
      return planService(
        service({ ports: both }),
        slices().map((slice) => ({ ...slice, endpoints })),
        context,
      ).localBackends;
    };
    expect(localBackends({ ready: true }, leaving)).toBe(1);
    expect(localBackends(leaving, leaving)).toBe(0);
  });

  it('moves few backends when one goes', () => {
    const many = Array.from({ length: 100 }, (_, at) => `10.0.1.${at + 1}`);
    const before = planService(service({}), slices(...many), context);
    const after = planService(service({}), slices(...many.filter((ip) => ip !== '10.0.1.10')), context, before);
    const elements = (plan: typeof before) =>
      new Map(plan.items.flatMap((item) => (item.type === 'element' ? [[`${item.collection} ${item.key}`, item.value]] : [])));
    const old = elements(before);
    const changed = [...elements(after)].filter(([key, value]) => old.get(key) !== value);
    expect(changed.map(([key]) => key).sort()).toEqual(['services 10.96.1.1 . tcp . 80', 'vip_tcp_backends 10.96.1.1 . 80 . 1']);
  });
});

describe('places', () => {
  const backend = (ip: string) => ({ ip, port: 1, local: false });
  it('are kept by those who stay, and filled by those who come', () => {
    const order = keepPlaces(['a', 'b', 'c', 'd'].map(backend), ['d', 'c', 'a', 'x'].map(backend));
    expect(order.map(({ ip }) => ip)).toEqual(['a', 'x', 'c', 'd']);
    expect(keepPlaces(['a', 'b', 'c'].map(backend), ['c', 'b'].map(backend)).map(({ ip }) => ip)).toEqual(['c', 'b']);
  });
});

describe('UDP flows', () => {
  const udp = [{ name: 'dns', port: 53, protocol: 'UDP', nodePort: 30053 }];
  const plan = (...ips: string[]) => planService(service({ type: 'NodePort', ports: udp }), slices(...ips), context).udp;

  it('to a backend that went are deleted', () => {
    expect(staleFlows(plan('10.0.0.1', '10.0.0.2'), plan('10.0.0.2'))).toEqual([
      ['-p', 'udp', '--orig-dst', '10.96.1.1', '--orig-port-dst', '53', '--reply-src', '10.0.0.1', '--reply-port-src', '5353'],
      ['-p', 'udp', '--orig-port-dst', '30053', '--reply-src', '10.0.0.1', '--reply-port-src', '5353'],
    ]);
  });

  it('to a backend whose port is another now are deleted', () => {
    const moved = slices('10.0.0.1').map((slice) => ({ ...slice, ports: [{ name: 'dns', port: 5454, protocol: 'UDP' }] }));
    const after = planService(service({ type: 'NodePort', ports: udp }), moved, context).udp;
    expect(staleFlows(plan('10.0.0.1'), after).map((flow) => flow.slice(-4).join(' '))).toEqual([
      '--reply-src 10.0.0.1 --reply-port-src 5353',
      '--reply-src 10.0.0.1 --reply-port-src 5353',
    ]);
  });

  it('that went nowhere are deleted when the first backend comes', () => {
    expect(staleFlows(plan(), plan('10.0.0.1'))).toEqual([
      ['-p', 'udp', '--orig-dst', '10.96.1.1', '--orig-port-dst', '53'],
      ['-p', 'udp', '--orig-port-dst', '30053'],
    ]);
    expect(staleFlows(plan('10.0.0.1'), plan('10.0.0.1', '10.0.0.2'))).toEqual([]);
  });
});

describe('host ports', () => {
  const pod = (more: object = {}, status: object = { podIP: '10.244.0.5' }) => ({
    spec: {
      containers: [
        {
          name: 'c',
          ports: [
            { containerPort: 80, hostPort: 8080 },
            { containerPort: 53, hostPort: 53, hostIP: '192.0.2.2', protocol: 'UDP' },
            { containerPort: 81 },
          ],
        },
      ],
      ...more,
    },
    status,
  });
  it('lead to the pod, on all addresses or on the one named', () => {
    expect(lines(planHostPorts(pod()))).toEqual([
      'hairpin { 10.244.0.5 . 10.244.0.5 }',
      'host_address_ports { 192.0.2.2 . udp . 53 : 10.244.0.5 . 53 }',
      'host_ports { tcp . 8080 : 10.244.0.5 . 80 }',
    ]);
  });
  it('of UDP are those whose flows are followed', () => {
    expect(udpHostPorts(pod())).toEqual([{ ip: '192.0.2.2', port: 53, backends: [{ ip: '10.244.0.5', port: 53 }] }]);
  });
  it('are closed without an address, in the host’s network, and when the pod has finished', () => {
    expect(planHostPorts(pod({}, {}))).toEqual([]);
    expect(planHostPorts(pod({ hostNetwork: true }))).toEqual([]);
    expect(planHostPorts(pod({}, { podIP: '10.244.0.5', phase: 'Succeeded' }))).toEqual([]);
  });
});
