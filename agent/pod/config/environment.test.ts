import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import { secrets } from '../../../api/kinds/core/secret.ts';
import type { Service } from '../../../api/kinds/core/service/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { removeDirectory } from '../../../base/remove-directory.fixture.ts';
import { createMemoryClient } from '../../../runtime/client/memory-client.fixture.ts';
import { aContainer, aPod } from '../../contract/pods.fixture.ts';
import { directSource } from '../../volume/object-cache.ts';
import { containerEnvironment } from './environment.ts';
import { serviceEnvironment } from './service-environment.ts';

const client = createMemoryClient(createFakeClock());
const metadata = { name: 'o', namespace: 'default' };
await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { A: 'from map', B: 'b' } });
await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data: { S: Buffer.from('hidden').toString('base64') } });

async function environment(more: Partial<Container>, services: [string, string][] = [], emptyDir?: string) {
  const container = aContainer('c', more);
  const pod = aPod({ containers: [container], nodeName: 'n1', serviceAccountName: 'sa' }, { labels: { l: 'v' } });
  const sources = {
    objects: directSource(client),
    addresses: { podIps: ['10.0.0.5', 'fd00::5'], hostIps: ['192.0.2.1'] },
    allocatable: { cpu: '4', memory: '8Gi' },
    services: new Map(services),
    emptyDir: (volume: string) => (volume === 'v' ? emptyDir : undefined),
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

describe('variables from files', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'env-file-'));
    await mkdir(join(root, 'volume', 'sub'), { recursive: true });
    await writeFile(join(root, 'volume', 'sub', 'a.env'), "# of the build\nA='1 # 2'\nEMPTY=''\nB='first\nsecond' # two lines\n");
    await writeFile(join(root, 'volume', 'bad.env'), 'A=1\n');
    await writeFile(join(root, 'a.env'), "A='outside'\n");
    await symlink('/sub/a.env', join(root, 'volume', 'absolute.env'));
    await symlink('../../../a.env', join(root, 'volume', 'away.env'));
    await symlink(join(root, 'a.env'), join(root, 'volume', 'host.env'));
    await symlink('loop.env', join(root, 'volume', 'loop.env'));
  });
  afterEach(() => removeDirectory(root));
  const from = (path: string, key: string, more: object = {}) =>
    environment({ env: [{ name: 'X', valueFrom: { fileKeyRef: { volumeName: 'v', path, key, ...more } } }] }, [], join(root, 'volume'));

  it.each([
    ['a file', 'sub/a.env', 'A', '1 # 2'],
    ['a file, over lines', 'sub/a.env', 'B', 'first\nsecond'],
    ['an absolute path, which starts at the volume', '/sub/a.env', 'A', '1 # 2'],
    ['a link, of which the volume is the root', 'absolute.env', 'A', '1 # 2'],
  ])('come from %s', async (_place, path, key, value) => {
    expect(await from(path, key)).toEqual({ X: value });
  });

  it.each([
    ['has no such key', 'sub/a.env', 'C', () => `environment variable key "C" not found in file "${join(root, 'volume', 'sub', 'a.env')}"`],
    ['has the key without a value', 'sub/a.env', 'EMPTY', () => 'environment variable key "EMPTY" not found in file'],
    ['is not of the form', 'bad.env', 'A', () => "couldn't parse env file"],
    ['is not there', 'nope.env', 'A', () => "couldn't parse env file"],
    ['is a directory', 'sub', 'A', () => "couldn't parse env file"],
    ['is a link that leads upwards out of the volume', 'away.env', 'A', () => "couldn't parse env file"],
    ['is a link to a file of the host', 'host.env', 'A', () => "couldn't parse env file"],
    ['is a link to itself', 'loop.env', 'A', () => "couldn't parse env file"],
  ])('are missed in kubelet’s words where the file %s', async (_case, path, key, message) => {
    await expect(from(path, key)).rejects.toThrow(message());
  });

  it('are left out if they are optional and the file has none; the file itself has to be there', async () => {
    expect(await from('sub/a.env', 'C', { optional: true })).toEqual({});
    await expect(from('nope.env', 'C', { optional: true })).rejects.toThrow("couldn't parse env file");
  });

  it('name the volume that the pod does not have', async () => {
    await expect(from('a.env', 'A', { volumeName: 'other' })).rejects.toThrow('cannot find the volume "other" referenced by FileKeyRef');
  });

  it('are not read from a pipe, which would hold the agent up', async () => {
    execFileSync('mkfifo', [join(root, 'volume', 'pipe.env')]);
    await expect(from('pipe.env', 'A')).rejects.toThrow("couldn't parse env file");
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
