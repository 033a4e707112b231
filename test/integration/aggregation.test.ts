import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExtensionServer } from '../../apiserver/apiservices/extension-server.fixture.ts';
import { startExtensionServer } from '../../apiserver/apiservices/extension-server.fixture.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import { machineIps } from '../../cli/node/machine.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';

const NAMESPACE = 'aggregator';
const SERVICE = { name: 'sample-api', namespace: NAMESPACE };
const API_SERVICE = 'v1alpha1.wardle.example.com';
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:default`;
const [host = '127.0.0.1'] = machineIps();

let cluster: KubectlCluster;
let kubectl: Kubectl;
let extension: ExtensionServer;

const flunder = (name: string) => ({ apiVersion: 'wardle.example.com/v1alpha1', kind: 'Flunder', metadata: { name }, spec: { reference: 'other' } });
const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
const subjects = [{ kind: 'ServiceAccount', name: 'default', namespace: NAMESPACE }];

/** The manifests of upstream's sample-apiserver, but that the server runs beside the cluster. */
const manifests = (port: number) => [
  {
    ...rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'wardle:system:auth-delegator' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
    subjects,
  },
  {
    ...rbac,
    kind: 'RoleBinding',
    metadata: { name: 'wardle-auth-reader', namespace: 'kube-system' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'extension-apiserver-authentication-reader' },
    subjects,
  },
  { apiVersion: 'v1', kind: 'Service', metadata: { ...SERVICE, labels: { app: 'wardle' } }, spec: { ports: [{ port: 7443, targetPort: port }] } },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...SERVICE, labels: { 'kubernetes.io/service-name': SERVICE.name } },
    addressType: 'IPv4',
    ports: [{ name: '', port }],
    endpoints: [{ addresses: [host] }],
  },
];

const apiService = (ca: string) => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: API_SERVICE, labels: { e2e: 'aggregator' } },
  spec: {
    service: { ...SERVICE, port: 7443 },
    group: 'wardle.example.com',
    version: 'v1alpha1',
    caBundle: Buffer.from(ca).toString('base64'),
    groupPriorityMinimum: 2000,
    versionPriority: 200,
  },
});

beforeAll(async () => {
  cluster = await startKubectlCluster();
  kubectl = await cluster.namespace(NAMESPACE);
  const requestHeaderCa = await cluster.kubectl.path(
    "{.data['requestheader-client-ca-file']}",
    'configmap/extension-apiserver-authentication',
    '-n',
    'kube-system',
  );
  extension = await startExtensionServer({ requestHeaderCa, service: SERVICE, host });
  await cluster.kubectl.input(manifests(extension.port), 'apply', '-f', '-');
  await kubectl.input(apiService(extension.ca), 'apply', '-f', '-');
  await kubectl('wait', '--for=condition=Available', `apiservice/${API_SERVICE}`, '--timeout=60s');
});
afterAll(async () => {
  await cluster.stop();
  await extension.stop();
});

describe('an API server that extends the cluster', () => {
  it('may read how users are authenticated, and ask who they are and what they may do', async () => {
    const as = ['--as', ACCOUNT];
    expect(await kubectl('get', 'configmap', 'extension-apiserver-authentication', '-n', 'kube-system', ...as, '-o', 'name')).toMatch(/^configmap\//);
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: 'u', nonResourceAttributes: { path: '/', verb: 'get' } },
    };
    expect(await kubectl.input(review, 'create', '--validate=false', '-f', '-', ...as, '-o', 'jsonpath={.status.allowed}')).toBe('false');
  });

  it('is listed with its service', async () => {
    const [, row] = (await kubectl('get', 'apiservices', API_SERVICE)).split('\n');
    expect(row).toMatch(/^v1alpha1\.wardle\.example\.com +aggregator\/sample-api +True +[\dms]+$/);
    expect(await kubectl('get', 'apiservices')).toMatch(/^v1\.apps +Local +True +[\dms]+$/m);
  });

  it('serves objects to kubectl, and hears who asks', async () => {
    expect(await kubectl.input(flunder('first'), 'create', '-f', '-')).toBe('flunder.wardle.example.com/first created\n');
    expect(await kubectl('get', 'flunders', '-o', 'name')).toBe('flunder.wardle.example.com/first\n');
    expect(await kubectl('get', 'fl', 'first', '-o', 'jsonpath={.spec.reference}')).toBe('other');
    expect(extension.seen.findLast(({ url }) => url.includes('/flunders'))).toMatchObject({
      user: 'kubernetes-admin',
      groups: ['system:masters', 'system:authenticated'],
    });
    expect(await kubectl.fails(['get', 'flunders', '--as', 'nobody'])).toContain(
      'Error from server (Forbidden): flunders.wardle.example.com is forbidden: User "nobody" cannot list resource "flunders" in API group "wardle.example.com" in the namespace "aggregator"',
    );
  });

  it('is watched through the cluster', async () => {
    const watching = kubectl.outcome(['get', 'flunders', '--watch', '--output-watch-events', '--no-headers']);
    // The garbage collector watches too, but all namespaces.
    await eventually(() => expect(extension.watchedNamespaces()).toContain(NAMESPACE));
    await kubectl.input(flunder('watched'), 'create', '-f', '-');
    await kubectl('delete', 'flunder', 'watched', '--wait=false');
    // The watch ends when its server ends it, and kubectl with it.
    extension.endWatches();
    const { stdout } = await watching;
    expect(stdout).toMatch(/ADDED.*first[\s\S]*ADDED.*watched[\s\S]*DELETED.*watched/);
  });

  it('explains its kinds', async () => {
    await eventually(async () =>
      expect(await kubectl('api-resources', '--api-group', 'wardle.example.com')).toMatch(
        /^flunders +fl +wardle\.example\.com\/v1alpha1 +true +Flunder$/m,
      ),
    );
    await eventually(async () =>
      expect(await kubectl('explain', 'flunders.spec.reference')).toMatch(/FIELD: reference <string>[\s\S]*Name of another fish\./),
    );
  });

  it('has a status that others may write', async () => {
    const condition = {
      type: 'StatusPatched',
      status: 'True',
      reason: 'E2E',
      message: 'Set by an e2e test',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const patch = JSON.stringify({ status: { conditions: [condition] } });
    await kubectl('patch', 'apiservice', API_SERVICE, '--subresource=status', '--type=strategic', '-p', patch);
    const types = '{.status.conditions[*].type}';
    expect((await kubectl.path(types, 'apiservice', API_SERVICE)).split(' ').sort()).toEqual(['Available', 'StatusPatched']);
    expect(await kubectl('get', '--raw', `/apis/wardle.example.com/v1alpha1/namespaces/${NAMESPACE}/flunders`)).toContain('"first"');
  });

  it('is seen by quotas and by the garbage collector', async () => {
    const count = 'count/flunders.wardle.example.com';
    await kubectl('create', 'configmap', 'owner');
    const uid = await kubectl.path('{.metadata.uid}', 'configmap', 'owner');
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    await kubectl.input({ ...flunder('owned'), metadata: { name: 'owned', ownerReferences } }, 'create', '-f', '-');
    await kubectl('create', 'quota', 'fish', `--hard=${count}=10`);
    await eventually(async () => expect(await kubectl.path('{.status.used}', 'quota', 'fish')).toBe(`{"${count}":"2"}`));
    await kubectl('delete', 'configmap', 'owner');
    await kubectl('wait', '--for=delete', 'flunder/owned', '--timeout=60s');
    await eventually(async () => expect(await kubectl.path('{.status.used}', 'quota', 'fish')).toBe(`{"${count}":"1"}`));
    await kubectl('delete', 'quota', 'fish');
  });

  it('loses the objects of a namespace with it, which stays while the server cannot be asked', async () => {
    const inPond = await cluster.namespace('pond');
    await inPond.input(flunder('last'), 'create', '-f', '-');
    extension.failWith = 503;
    await kubectl('patch', 'apiservice', API_SERVICE, '--type=merge', '-p', '{"spec":{"versionPriority":201}}');
    await kubectl('delete', 'namespace', 'pond', '--wait=false');
    const failure = '{.status.conditions[?(@.type=="NamespaceDeletionDiscoveryFailure")].message}';
    await eventually(async () =>
      expect(await kubectl.path(failure, 'namespace', 'pond')).toContain('stale GroupVersion discovery: wardle.example.com/v1alpha1'),
    );
    extension.failWith = undefined;
    await kubectl('wait', '--for=delete', 'namespace/pond', '--timeout=120s');
    expect(await kubectl('get', 'flunders', '-A', '-o', 'jsonpath={.items[*].metadata.name}')).toBe('first');
  });

  it('that cannot be reached is said to be unavailable', async () => {
    await kubectl('delete', 'endpointslice', SERVICE.name);
    await kubectl('wait', '--for=condition=Available=false', `apiservice/${API_SERVICE}`, '--timeout=60s');
    expect(await kubectl('get', 'apiservice', API_SERVICE)).toMatch(/False \(EndpointsNotFound\)/);
    expect(await kubectl.fails(['get', 'flunders'])).toMatch(/the server is currently unable to handle the request/);
    expect(await kubectl('get', 'pods')).toBe('');
    await cluster.kubectl.input(manifests(extension.port), 'apply', '-f', '-');
    await kubectl('wait', '--for=condition=Available', `apiservice/${API_SERVICE}`, '--timeout=60s');
    expect(await kubectl('get', 'flunders', '-o', 'name')).toContain('first');
  });

  it('is gone with its APIService', async () => {
    await kubectl('delete', 'apiservice', '-l', 'e2e=aggregator');
    await eventually(async () => {
      expect(await kubectl.fails(['get', '--raw', '/apis/wardle.example.com/v1alpha1'])).toMatch(/NotFound/);
      expect(await kubectl('api-resources')).not.toMatch(/flunders/);
    });
  });
});
