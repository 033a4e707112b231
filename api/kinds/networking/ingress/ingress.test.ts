import { describe, expect, it } from '@jest/globals';
import { row } from '../../../definition/row.fixture.ts';
import { createErrors, statusErrors, stored, updateErrors } from '../../../definition/strategy.fixture.ts';
import { hostsText, ingresses } from './index.ts';
import type { HTTPIngressPath, IngressBackend, IngressSpec } from './schema.ts';

const { strategy } = ingresses;
const backend: IngressBackend = { service: { name: 's', port: { number: 80 } } };
const path: HTTPIngressPath = { path: '/', pathType: 'Prefix', backend };
const withPath = (changed: Partial<HTTPIngressPath>) => ({ spec: { rules: [{ http: { paths: [{ ...path, ...changed }] } }] } });
const PATH = 'spec.rules[0].http.paths[0]';

describe('an Ingress', () => {
  it.each<[Partial<HTTPIngressPath>, string[]]>([
    [{ pathType: undefined }, [`${PATH}.pathType: Required value: pathType must be specified`]],
    [{ pathType: 'Regex' }, [`${PATH}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`]],
    [{ path: 'a' }, [`${PATH}.path: Invalid value: "a": must be an absolute path`]],
    [
      { path: '/a//b/..' },
      [`${PATH}.path: Invalid value: "/a//b/..": must not contain '//'`, `${PATH}.path: Invalid value: "/a//b/..": cannot end with '/..'`],
    ],
    [{ path: '', pathType: 'ImplementationSpecific' }, []],
    [{ backend: {} }, [`${PATH}.backend: Invalid value: "": resource or service backend is required`]],
    [
      { backend: { ...backend, resource: { kind: 'K', name: 'n' } } },
      [`${PATH}.backend: Invalid value: "": cannot set both resource and service backends`],
    ],
    [
      { backend: { resource: { kind: '', name: 'a/b' } } },
      [`${PATH}.backend.resource.kind: Required value`, `${PATH}.backend.resource.name: Invalid value: "a/b": may not contain '/'`],
    ],
    [{ backend: { service: { name: 's' } } }, [`${PATH}.backend: Required value: port name or number is required`]],
    [
      { backend: { service: { name: 's', port: { name: 'http', number: 80 } } } },
      [`${PATH}.backend: Invalid value: "": cannot set both port name & port number`],
    ],
  ])('with the path %j has the errors %j', (changed, errors) => {
    expect(createErrors(strategy, withPath(changed))).toEqual(errors);
  });

  it.each<[IngressSpec, string[]]>([
    [{}, ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified']],
    [{ rules: [] }, ['spec: Invalid value: []: either `defaultBackend` or `rules` must be specified']],
    [{ rules: [], defaultBackend: backend }, []],
    [{ rules: [{ host: '10.0.0.1' }] }, ['spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address']],
    [{ rules: [{ host: '*.example.com' }] }, []],
    [{ rules: [{ host: 'a.*.com' }] }, ['spec.rules[0].host: Invalid value: "a.*.com": a wildcard DNS-1123 subdomain']],
    [{ rules: [{ http: { paths: [] } }] }, ['spec.rules[0].http.paths: Required value']],
    [
      { defaultBackend: backend, tls: [{ hosts: ['A'], secretName: 'B' }] },
      ['spec.tls[0].hosts[0]: Invalid value: "A": a lowercase', 'spec.tls[0].secretName: Invalid value: "B": a lowercase'],
    ],
  ])('with %j has the errors %j', (spec, errors) => {
    expect(createErrors(strategy, { spec })).toEqual(errors.map((error) => expect.stringContaining(error)));
  });

  it('is refused if annotation and class differ, and warns of the annotation', () => {
    const ingress = (ingressClassName: string) => ({
      metadata: { annotations: { 'kubernetes.io/ingress.class': 'a' } },
      spec: { defaultBackend: backend, ingressClassName },
    });
    expect(createErrors(strategy, ingress('a'))).toEqual([]);
    expect(createErrors(strategy, ingress('b'))).toEqual([
      'annotations.kubernetes.io/ingress.class: Invalid value: "a": must match `ingressClassName` when both are specified',
    ]);
    expect(strategy.warnings?.(ingress('a'), undefined)).toEqual([
      `annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`,
    ]);
  });

  it('may keep a bad name of a Secret that it has already', () => {
    const old = stored(strategy, { spec: { defaultBackend: backend, tls: [{ secretName: 'Bad!' }] } });
    expect(updateErrors(strategy, old, (ingress) => ingress.spec?.tls?.push({ secretName: 'Worse!' }))).toEqual([]);
  });

  it('has addresses in its status', () => {
    const old = stored(strategy, { spec: { defaultBackend: backend } });
    const errors = statusErrors(strategy, old, (ingress) => {
      ingress.status = { loadBalancer: { ingress: [{ ip: 'x' }, { hostname: '10.0.0.1' }] } };
    });
    expect(errors).toEqual([
      'status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'status.loadBalancer.ingress[1].hostname: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
    ]);
  });

  it('shows class, hosts, addresses and ports', () => {
    const ingress = {
      ...stored(strategy, { spec: { rules: [{ host: 'a.example.com' }], tls: [{}] } }),
      status: { loadBalancer: { ingress: [{ ip: '10.0.0.2' }, { hostname: 'b.example.com' }, { ip: '10.0.0.2' }] } },
    };
    expect(row(ingresses, ingress)).toMatchObject({ Class: '<none>', Hosts: 'a.example.com', Address: '10.0.0.2,b.example.com', Ports: '80, 443' });
  });

  it.each([
    [[], '*'],
    [['a', 'b', 'c', 'd', 'e'], 'a,b,c + 2 more...'],
  ])('shows the hosts %j as %s', (hosts, expected) => {
    expect(hostsText(hosts.map((host) => ({ host })))).toBe(expected);
  });
});
