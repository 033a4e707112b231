import { describe, expect, it } from '@jest/globals';
import { createErrors, defaulted, statusErrors, stored, updated, updateErrors } from '../../../definition/strategy.fixture.ts';
import { serviceStrategy as strategy } from './rules.ts';
import type { Service, ServiceSpec } from './schema.ts';

const service = (spec: ServiceSpec = {}, annotations?: Record<string, string>): Service => ({
  metadata: { name: 's', namespace: 'default', annotations },
  spec: { ports: [{ port: 80 }], selector: { app: 'a' }, ...spec },
});
const errors = (spec: ServiceSpec, annotations?: Record<string, string>) => createErrors(strategy, service(spec, annotations));
const allocated: ServiceSpec = { clusterIP: '10.0.0.9', clusterIPs: ['10.0.0.9'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };

describe('the defaults of a service', () => {
  it('are those of a ClusterIP service on TCP', () => {
    expect(defaulted(strategy, service()).spec).toEqual({
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      selector: { app: 'a' },
      sessionAffinity: 'None',
      type: 'ClusterIP',
      internalTrafficPolicy: 'Cluster',
    });
  });

  it('open to the outside what is reached from there', () => {
    expect(defaulted(strategy, service({ type: 'NodePort' })).spec?.externalTrafficPolicy).toBe('Cluster');
    expect(defaulted(strategy, service({ externalIPs: ['1.2.3.4'] })).spec?.externalTrafficPolicy).toBe('Cluster');
    expect(defaulted(strategy, service({ type: 'LoadBalancer' })).spec?.allocateLoadBalancerNodePorts).toBe(true);
  });

  it('keep a session for three hours', () => {
    expect(defaulted(strategy, service({ sessionAffinity: 'ClientIP' })).spec?.sessionAffinityConfig).toEqual({
      clientIP: { timeoutSeconds: 10800 },
    });
  });

  it('leave an ExternalName alone', () => {
    expect(defaulted(strategy, { spec: { type: 'ExternalName', externalName: 'a.b' } }).spec).toEqual({
      type: 'ExternalName',
      externalName: 'a.b',
      sessionAffinity: 'None',
    });
  });
});

describe('a service', () => {
  it.each<[string, ServiceSpec]>([
    ['a ClusterIP', {}],
    ['headless without ports', { clusterIP: 'None', ports: [] }],
    ['a NodePort', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }],
    ['an ExternalName', { type: 'ExternalName', externalName: 'example.com.', ports: [] }],
    [
      'reached on one number by two protocols',
      {
        ports: [
          { name: 'a', port: 53 },
          { name: 'b', port: 53, protocol: 'UDP' },
        ],
      },
    ],
    ['a name for its target port', { ports: [{ port: 80, targetPort: 'http' }] }],
  ])('may be %s', (_what, spec) => {
    expect(errors(spec)).toEqual([]);
  });

  it.each<[string, ServiceSpec, string]>([
    ['has ports', { ports: [] }, 'spec.ports: Required value'],
    ['has ports up to 65535', { ports: [{ port: 70000, targetPort: 1 }] }, 'spec.ports[0].port: Invalid value: 70000'],
    ['names its ports where it has several', { ports: [{ port: 1 }, { name: 'b', port: 2 }] }, 'spec.ports[0].name: Required value'],
    [
      'names each port once',
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'a', port: 2 },
        ],
      },
      'spec.ports[1].name: Duplicate value: "a"',
    ],
    [
      'has each port once',
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 1 },
        ],
      },
      'spec.ports[1]: Duplicate value',
    ],
    ['has a known protocol', { ports: [{ port: 1, protocol: 'X' }] }, 'spec.ports[0].protocol: Unsupported value: "X"'],
    ['has a well-formed target', { ports: [{ port: 1, targetPort: 'a_b' }] }, 'spec.ports[0].targetPort: Invalid value: "a_b"'],
    [
      'has a known type',
      { type: 'Magic' },
      'spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
    ['has a known session affinity', { sessionAffinity: 'x' }, 'spec.sessionAffinity: Unsupported value: "x"'],
    [
      'keeps sessions a day at most',
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } } },
      'must be greater than 0 and less than 86400',
    ],
    [
      'has node ports only where nodes open them',
      { ports: [{ port: 1, nodePort: 30000 }] },
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ],
    [
      'has an address of its family',
      { clusterIP: '10.0.0.1', ipFamilies: ['IPv6'] },
      'spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value',
    ],
    ['has addresses that can be read', { clusterIP: 'x' }, 'spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address'],
    ['has the same first address twice over', { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.2'] }, 'first value must match `clusterIP`'],
    ['has known families', { ipFamilies: ['IPv5'] }, 'spec.ipFamilies[0]: Unsupported value: "IPv5"'],
    ['has a known family policy', { ipFamilyPolicy: 'x' }, 'spec.ipFamilyPolicy: Unsupported value: "x"'],
    [
      'has external addresses that lead somewhere',
      { externalIPs: ['127.0.0.1'] },
      'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range',
    ],
    ['has an address where it opens node ports', { type: 'NodePort', clusterIP: 'None' }, "may not be set to 'None' for NodePort services"],
    [
      'restricts sources of a load balancer only',
      { loadBalancerSourceRanges: ['10.0.0.0/8'] },
      "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
    ],
    ['names a class of a load balancer only', { loadBalancerClass: 'a/b' }, 'spec.loadBalancerClass: Forbidden'],
    [
      'has a policy for outer traffic only where that comes',
      { externalTrafficPolicy: 'Local' },
      'may only be set for externally-accessible services',
    ],
    ['has a known policy for inner traffic', { internalTrafficPolicy: 'x' }, 'spec.internalTrafficPolicy: Unsupported value: "x"'],
    [
      'checks health where a local balancer asks',
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
      'spec.healthCheckNodePort: Required value',
    ],
    ['distributes traffic in a known way', { trafficDistribution: 'x' }, 'spec.trafficDistribution: Unsupported value: "x"'],
    ['selects by labels', { selector: { 'a b': 'c' } }, 'spec.selector: Invalid value: "a b"'],
  ])('%s', (_sentence, spec, expected) => {
    expect(errors(spec)).toEqual([expect.stringContaining(expected)]);
  });

  it('points as an ExternalName to a name, and has no address', () => {
    expect(errors({ type: 'ExternalName' })).toEqual(['spec.externalName: Required value']);
    expect(errors({ type: 'ExternalName', externalName: 'a', clusterIP: '10.0.0.1' })).toEqual([
      'spec.clusterIPs: Forbidden: may not be set for ExternalName services',
    ]);
  });

  it('is called by a DNS label', () => {
    expect(strategy.validateName?.('a.b', false)).toEqual(['must not contain dots']);
    expect(strategy.validateName?.('0a', false)).toEqual([]);
  });
});

describe('an update of a service', () => {
  const old = stored(strategy, service({ ...allocated, type: 'NodePort', ports: [{ name: 'a', port: 80, nodePort: 30080 }] }));

  it('keeps what was allocated where the client does not repeat it', () => {
    const next = updated(strategy, old, (s) => {
      s.spec = { type: 'NodePort', ports: [{ name: 'a', port: 80 }] };
    });
    expect(next.spec).toMatchObject({ ...allocated, ports: [{ nodePort: 30080 }] });
  });

  it('drops what belongs to the old type', () => {
    const cluster = updated(strategy, old, (s) => {
      s.spec!.type = 'ClusterIP';
    });
    expect(cluster.spec?.ports?.[0]?.nodePort).toBeUndefined();
    expect(cluster.spec?.externalTrafficPolicy).toBeUndefined();
    const external = updated(strategy, old, (s) => {
      s.spec!.type = 'ExternalName';
    });
    expect(external.spec).toMatchObject({ clusterIP: undefined, clusterIPs: undefined, ipFamilies: undefined, ipFamilyPolicy: undefined });
  });

  it('keeps the first address', () => {
    const errors = updateErrors(strategy, old, (s) => {
      s.spec!.clusterIP = '10.0.0.10';
    });
    expect(errors).toEqual([expect.stringContaining('spec.clusterIPs[0]: Invalid value: ["10.0.0.10"]: may not change once set')]);
  });

  it('keeps the first family; one that there is not is an error of its own', () => {
    const withFamilies = (...families: string[]) =>
      updateErrors(strategy, old, (s) => {
        s.spec!.ipFamilies = families;
      });
    expect(withFamilies('IPv6')).toContain('spec.ipFamilies[0]: Invalid value: ["IPv6"]: may not change once set');
    const unknown = withFamilies('IPv9');
    expect(unknown).toContain('spec.ipFamilies[0]: Unsupported value: "IPv9": supported values: "IPv4", "IPv6"');
    expect(unknown.join('\n')).not.toContain('may not change once set');
  });

  it('keeps the class of a load balancer', () => {
    const balancer = stored(strategy, service({ ...allocated, type: 'LoadBalancer', loadBalancerClass: 'a/b' }));
    const errors = updateErrors(strategy, balancer, (s) => {
      s.spec!.loadBalancerClass = 'a/c';
    });
    expect(errors).toEqual(['spec.loadBalancerClass: Invalid value: "a/c": may not change once set']);
    const malformed = updateErrors(strategy, balancer, (s) => {
      s.spec!.loadBalancerClass = 'a b';
    });
    const name = expect.stringMatching(/^spec\.loadBalancerClass: Invalid value: "a b": name part/);
    expect(malformed).toEqual(['spec.loadBalancerClass: Invalid value: "a b": may not change once set', name, name]);
  });

  it('gives a load balancer’s address in the status of a load balancer only', () => {
    const set = (ip: string) => (s: Service) => {
      s.status = { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } };
    };
    expect(statusErrors(strategy, old, set('1.2.3.4'))).toEqual([expect.stringContaining('status.loadBalancer.ingress: Forbidden')]);
    const balancer = stored(strategy, service({ ...allocated, type: 'LoadBalancer' }));
    expect(statusErrors(strategy, balancer, set('1.2.3.4'))).toEqual([]);
    expect(statusErrors(strategy, balancer, set('x'))).toEqual([expect.stringContaining('status.loadBalancer.ingress[0].ip: Invalid value: "x"')]);
  });
});
