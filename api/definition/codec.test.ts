import { describe, expect, it } from '@jest/globals';
import { customResourceDefinitions } from '../kinds/apiextensions/custom-resource-definition/index.ts';
import { deployments } from '../kinds/apps/deployment.ts';
import { leases } from '../kinds/coordination/lease.ts';
import { configMaps } from '../kinds/core/config-map.ts';
import { events } from '../kinds/core/event.ts';
import { pods } from '../kinds/core/pod/index.ts';
import { resourceQuotas } from '../kinds/core/resource-quota.ts';
import { secrets } from '../kinds/core/secret.ts';
import { services } from '../kinds/core/service/index.ts';
import { roles } from '../kinds/rbac/role.ts';
import type { KubeObject } from '../meta/object.ts';
import { cannotBeHandled, codecOf, strictDecodingMessage, strictProblems } from './codec.ts';
import type { KindDefinition } from './kind.ts';

function decoded<T extends KubeObject>(kind: KindDefinition<T>, value: unknown): T {
  const result = codecOf(kind).decode(value, { strict: true });
  if (!result.ok) throw new Error(result.message);
  return result.object;
}
function refused<T extends KubeObject>(kind: KindDefinition<T>, value: unknown): string {
  const result = codecOf(kind).decode(value);
  return result.ok ? 'decoded' : result.message;
}
const pod = (spec: object) => ({ spec: { containers: [{ name: 'c', ...spec }] } });

describe('decoding reads JSON as the Go types of kube-apiserver do', () => {
  it('null is the same as absent, and in a list the zero value', () => {
    const object = decoded(pods, { spec: { nodeName: null, containers: [null, { name: 'c', args: [null], env: null }] } });
    expect(object.spec?.containers).toEqual([
      { name: '', resources: {} },
      { name: 'c', args: [''], resources: {} },
    ]);
    expect(object.spec).not.toHaveProperty('nodeName');
  });

  it('zero values go, unless the field tells them from absent ones', () => {
    const object = decoded(deployments, { spec: { replicas: 0, minReadySeconds: 0, paused: false, strategy: { rollingUpdate: { maxSurge: 0 } } } });
    expect(object.spec).toMatchObject({ replicas: 0, strategy: { rollingUpdate: { maxSurge: 0 } } });
    expect(object.spec).not.toHaveProperty('minReadySeconds');
    expect(object.spec).not.toHaveProperty('paused');
    expect(decoded(configMaps, { metadata: { labels: {} }, data: {} })).toEqual({ metadata: {} });
  });

  it('required fields are always there, and so are structures that Go holds by value', () => {
    expect(decoded(pods, {})).toEqual({ metadata: {}, spec: { containers: [] }, status: {} });
    expect(decoded(roles, {})).toEqual({ metadata: {}, rules: null });
    expect(decoded(deployments, { spec: {} }).spec).not.toHaveProperty('selector');
  });

  it('quantities become canonical, from text and from numbers', () => {
    const hard = { cpu: '0.5', memory: '1024Mi', pods: 10, zero: 0 };
    expect(decoded(resourceQuotas, { spec: { hard } }).spec?.hard).toEqual({ cpu: '500m', memory: '1Gi', pods: '10', zero: '0' });
  });

  it('times become UTC, with whole seconds or microseconds', () => {
    const spec = { renewTime: '2026-01-02T03:04:05.123456+02:00' };
    expect(decoded(leases, { spec }).spec?.renewTime).toBe('2026-01-02T01:04:05.123456Z');
    expect(decoded(events, { firstTimestamp: '2026-01-02T03:04:05.9Z' }).firstTimestamp).toBe('2026-01-02T03:04:05Z');
  });

  it('base64 loses its line breaks', () => {
    expect(decoded(secrets, { data: { a: 'Y\nQ==' } }).data).toEqual({ a: 'YQ==' });
  });

  it('names such as __proto__ are keys like any other', () => {
    const value = JSON.parse('{"data":{"__proto__":"x","constructor":"y"}}');
    const { data } = decoded(configMaps, value);
    expect(JSON.stringify(data)).toBe('{"__proto__":"x","constructor":"y"}');
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
    expect(codecOf(configMaps).decode(JSON.parse('{"toString":1}'), { strict: true })).toMatchObject({ unknownFields: ['toString'] });
  });

  it('the value stays as it was, and shares nothing with the object', () => {
    const value = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c' }] }, bogus: 1 };
    const before = structuredClone(value);
    const object = decoded(pods, value);
    codecOf(pods).applyDefaults(object);
    expect(value).toEqual(before);
    expect(object.metadata?.labels).not.toBe(value.metadata.labels);
  });
});

describe('what cannot be decoded is named as encoding/json names it', () => {
  it.each([
    [{ spec: [] }, 'json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec'],
    [{ metadata: { labels: { a: 5 } } }, 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string'],
    [{ spec: { restartPolicy: 5 } }, 'json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy'],
    [
      pod({ ports: [{ containerPort: 1.5 }] }),
      'json: cannot unmarshal number 1.5 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ],
    [
      pod({ resources: { limits: [] } }),
      'json: cannot unmarshal array into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList',
    ],
    [
      pod({ livenessProbe: { httpGet: { port: true } } }),
      'json: cannot unmarshal bool into Go struct field HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type int32',
    ],
    [5, 'json: cannot unmarshal number into Go value of type v1.Pod'],
  ])('%j: %s', (value, message) => expect(refused(pods, value)).toBe(message));

  it('of several mistakes the first is named, but a type that decodes itself goes before all', () => {
    expect(refused(pods, { spec: { nodeName: 1, hostname: 2 } })).toContain('PodSpec.spec.nodeName');
    expect(refused(resourceQuotas, { metadata: { name: 1 }, spec: { hard: { a: 'x' } } })).toMatch(/^quantities must match/);
  });

  it('times and base64 say where they are wrong', () => {
    expect(refused(leases, { spec: { acquireTime: 'other' } })).toBe(
      'parsing time "other" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "other" as "2006"',
    );
    expect(refused(secrets, { data: { a: 'Bad Value!' } })).toBe('illegal base64 data at input byte 3');
  });

  it('nesting without end is refused, not a crash', () => {
    const deep = JSON.parse(`${'{"items":'.repeat(20_000)}{}${'}'.repeat(20_000)}`);
    const crd = { spec: { versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: deep } }] } };
    expect(refused(customResourceDefinitions, crd)).toBe('exceeded max depth');
  });
});

describe('strict decoding', () => {
  it('names unknown fields by path, in the order of the text', () => {
    const result = codecOf(pods).decode({ bogus: 1, metadata: { bogus: 1 }, spec: { containers: [{ name: 'c', bogus: {} }] } }, { strict: true });
    expect(result).toMatchObject({ ok: true, unknownFields: ['bogus', 'metadata.bogus', 'spec.containers[0].bogus'] });
  });
  it('names a hundred of many, and a wrong type behind them all the same', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 1]));
    const result = codecOf(pods).decode({ metadata: many, bogus: 1 }, { strict: true });
    expect(result.ok && result.unknownFields.length).toBe(100);
    expect(result).toMatchObject({ unknownFields: { 0: 'metadata.k0', 99: 'metadata.k99' } });
    expect(refused(pods, { metadata: many, spec: { nodeName: 1 } })).toContain('PodSpec.spec.nodeName');
  });
  it('finds nothing where it is not asked to', () => {
    expect(codecOf(pods).decode({ bogus: 1 })).toMatchObject({ ok: true, unknownFields: [] });
  });
  it('is answered with 400 in the words that kubectl shows', () => {
    const error = cannotBeHandled(deployments, strictDecodingMessage(strictProblems(['spec.foo', 'spec.bar'], ['spec.replicas'])));
    expect(error.code).toBe(400);
    expect(error.message).toBe(
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: duplicate field "spec.replicas", unknown field "spec.foo", unknown field "spec.bar"',
    );
  });
});

describe('defaults of the schema', () => {
  function defaulted<T extends KubeObject>(kind: KindDefinition<T>, value: unknown): T {
    const object = decoded(kind, value);
    codecOf(kind).applyDefaults(object);
    return object;
  }
  it('fill in what is absent, at every depth', () => {
    const { spec } = defaulted(pods, pod({ ports: [{ containerPort: 80 }], readinessProbe: { httpGet: { port: 80 } } }));
    expect(spec).toMatchObject({ restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', schedulerName: 'default-scheduler', securityContext: {} });
    expect(spec?.containers[0]).toMatchObject({
      ports: [{ protocol: 'TCP' }],
      readinessProbe: { periodSeconds: 10, failureThreshold: 3, httpGet: { path: '/', scheme: 'HTTP' } },
    });
  });
  it('do not touch what is given', () => {
    expect(defaulted(services, { spec: { type: 'NodePort', sessionAffinity: 'ClientIP' } }).spec).toMatchObject({
      type: 'NodePort',
      sessionAffinity: 'ClientIP',
    });
    expect(defaulted(deployments, { spec: { replicas: 0 } }).spec?.replicas).toBe(0);
  });
  it('are not shared between objects', () => {
    const one = defaulted(pods, pod({}));
    const other = defaulted(pods, pod({}));
    expect(one.spec?.securityContext).not.toBe(other.spec?.securityContext);
  });
});
