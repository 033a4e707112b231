import { describe, expect, it } from '@jest/globals';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import { secrets } from '../../../api/kinds/core/secret.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { createMemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { aContainer, aPod } from '../../contract/pods.fixture.ts';
import { directSource } from '../../volume/object-cache.ts';
import { containerEnvironment } from './environment.ts';
import { serviceEnvironment } from './service-environment.ts';

const client = createMemoryClient(createFakeClock());
const metadata = { name: 'o', namespace: 'default' };
await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { A: 'from map', B: 'b' } });
await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data: { S: Buffer.from('hidden').toString('base64') } });

async function environment(more: Partial<Container>, services: [string, string][] = []) {
  const container = aContainer('c', more);
  const pod = aPod({ containers: [container], nodeName: 'n1', serviceAccountName: 'sa' }, { labels: { l: 'v' } });
  const sources = {
    objects: directSource(client),
    addresses: { podIps: ['10.0.0.5', 'fd00::5'], hostIps: ['192.0.2.1'] },
    allocatable: { cpu: '4', memory: '8Gi' },
    services: new Map(services),
  };
  return Object.fromEntries(await containerEnvironment(pod, container, sources));
}

describe('the variables of a container', () => {
  it('refer to those before them, and to services', async () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '$(A)-$(C)-$(WEB_SERVICE_HOST)' },
      { name: 'C', value: 'late' },
    ];
    expect(await environment({ env }, [['WEB_SERVICE_HOST', '10.96.0.9']])).toEqual({
      A: '1',
      B: '1-$(C)-10.96.0.9',
      C: 'late',
      WEB_SERVICE_HOST: '10.96.0.9',
    });
  });

  it('come from ConfigMaps and Secrets, with a prefix where one is given, and are overridden by its own', async () => {
    const envFrom = [{ configMapRef: { name: 'o' } }, { prefix: 'X_', secretRef: { name: 'o' } }];
    expect(await environment({ envFrom, env: [{ name: 'A', value: 'own' }] })).toEqual({ A: 'own', B: 'b', X_S: 'hidden' });
  });

  it('come from single keys', async () => {
    const env = [
      { name: 'M', valueFrom: { configMapKeyRef: { name: 'o', key: 'B' } } },
      { name: 'S', valueFrom: { secretKeyRef: { name: 'o', key: 'S' } } },
      { name: 'O', valueFrom: { configMapKeyRef: { name: 'o', key: 'nope', optional: true } } },
    ];
    expect(await environment({ env })).toEqual({ M: 'b', S: 'hidden' });
  });

  it('tell the container of its pod, its node and its resources', async () => {
    const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
    const resource = (name: string, path: string, divisor?: string) => ({
      name,
      valueFrom: { resourceFieldRef: { resource: path, ...(divisor ? { divisor } : {}) } },
    });
    const env = [
      field('NAME', 'metadata.name'),
      field('LABEL', "metadata.labels['l']"),
      field('NODE', 'spec.nodeName'),
      field('SA', 'spec.serviceAccountName'),
      field('IP', 'status.podIP'),
      field('IPS', 'status.podIPs'),
      field('HOST', 'status.hostIP'),
      resource('CPU', 'limits.cpu'),
      resource('MEM', 'limits.memory', '1Mi'),
      resource('REQ', 'requests.cpu', '1m'),
    ];
    const resources = { limits: { cpu: '1500m' }, requests: { cpu: '250m' } };
    expect(await environment({ env, resources })).toEqual({
      NAME: 'p',
      LABEL: 'v',
      NODE: 'n1',
      SA: 'sa',
      IP: '10.0.0.5',
      IPS: '10.0.0.5,fd00::5',
      HOST: '192.0.2.1',
      CPU: '2',
      MEM: '8192',
      REQ: '250',
    });
  });

  it.each([
    [{ envFrom: [{ configMapRef: { name: 'nope' } }] }, 'configmap "nope" not found'],
    [{ envFrom: [{ secretRef: { name: 'nope' } }] }, 'secret "nope" not found'],
    [{ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'o', key: 'nope' } } }] }, "couldn't find key nope in ConfigMap default/o"],
    [{ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'o', key: 'nope' } } }] }, "couldn't find key nope in Secret default/o"],
  ])('miss what is not there by name: %j', async (more, message) => {
    await expect(environment(more)).rejects.toThrow(message);
  });
});

describe('the variables of services', () => {
  const service = (namespace: string, name: string, clusterIP: string, ports: object[]): Live<Service> =>
    ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name, uid: name, resourceVersion: '1', creationTimestamp: '' },
      spec: { clusterIP, ports },
    }) as Live<Service>;
  const all = [
    service('default', 'kubernetes', '10.96.0.1', [{ name: 'https', port: 443, protocol: 'TCP' }]),
    service('dev', 'my-db', '10.96.0.2', [
      { name: 'main-port', port: 6379 },
      { name: 'm', port: 9121, protocol: 'UDP' },
    ]),
    service('dev', 'headless', 'None', [{ port: 1 }]),
    service('other', 'far', '10.96.0.3', [{ port: 1 }]),
  ];

  it('are those of its namespace and of the API server', () => {
    expect(Object.fromEntries(serviceEnvironment(all, 'dev', true))).toEqual({
      KUBERNETES_SERVICE_HOST: '10.96.0.1',
      KUBERNETES_SERVICE_PORT: '443',
      KUBERNETES_SERVICE_PORT_HTTPS: '443',
      KUBERNETES_PORT: 'tcp://10.96.0.1:443',
      KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443',
      KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
      KUBERNETES_PORT_443_TCP_PORT: '443',
      KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
      MY_DB_SERVICE_HOST: '10.96.0.2',
      MY_DB_SERVICE_PORT: '6379',
      MY_DB_SERVICE_PORT_MAIN_PORT: '6379',
      MY_DB_SERVICE_PORT_M: '9121',
      MY_DB_PORT: 'tcp://10.96.0.2:6379',
      MY_DB_PORT_6379_TCP: 'tcp://10.96.0.2:6379',
      MY_DB_PORT_6379_TCP_PROTO: 'tcp',
      MY_DB_PORT_6379_TCP_PORT: '6379',
      MY_DB_PORT_6379_TCP_ADDR: '10.96.0.2',
      MY_DB_PORT_9121_UDP: 'udp://10.96.0.2:9121',
      MY_DB_PORT_9121_UDP_PROTO: 'udp',
      MY_DB_PORT_9121_UDP_PORT: '9121',
      MY_DB_PORT_9121_UDP_ADDR: '10.96.0.2',
    });
  });

  it('are the API server’s alone where the pod wants no links', () => {
    expect([...serviceEnvironment(all, 'dev', false).keys()].every((name) => name.startsWith('KUBERNETES_'))).toBe(true);
  });
});
