import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster();
  kubectl = await cluster.namespace('services');
  await kubectl('create', 'deployment', 'web', '--image=web:1', '--replicas=2', '--port=8080');
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
});
afterAll(() => cluster.stop());

const patch = (name: string, spec: object) => kubectl('patch', 'service', name, '-p', JSON.stringify({ spec }));

describe('a Service', () => {
  it('exposes a deployment: an address, endpoints and slices, and their columns', async () => {
    await kubectl('expose', 'deployment', 'web', '--port=80', '--target-port=8080');
    expect(await kubectl('get', 'service', 'web', '-o', 'wide')).toMatch(
      /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE +SELECTOR\nweb +ClusterIP +10\.\d+\.\d+\.\d+ +<none> +80\/TCP +[\dms]+ +app=web\n$/,
    );
    await eventually(async () => {
      expect(await kubectl('get', 'endpoints', 'web')).toMatch(/^NAME +ENDPOINTS +AGE\nweb +[\d.]+:8080,[\d.]+:8080 /);
      expect(await kubectl('get', 'endpointslices')).toMatch(/^NAME +ADDRESSTYPE +PORTS +ENDPOINTS +AGE\nweb-\w{5} +IPv4 +8080 +[\d.]+,[\d.]+ /);
    });
    expect(await kubectl('describe', 'service', 'web')).toMatch(/TargetPort: +8080\/TCP\nEndpoints: +[\d.]+:8080,[\d.]+:8080\n/);
    expect(await kubectl('describe', 'endpointslice')).toMatch(/TargetRef: +Pod\/web-[\s\S]*NodeName: +node-0/);
  });

  it('warns whoever reads Endpoints that they are deprecated', async () => {
    expect((await kubectl.outcome(['get', 'endpoints'])).stderr).toBe(
      'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n',
    );
  });

  it('loses the endpoints of pods that go, and is followed by new ones', async () => {
    await kubectl('scale', 'deployment/web', '--replicas=0');
    await eventually(async () => expect(await kubectl('get', 'endpoints', 'web')).toMatch(/web +<none> /));
    await kubectl('scale', 'deployment/web', '--replicas=1');
    await eventually(async () => expect(await kubectl('get', 'endpoints', 'web')).toMatch(/web +[\d.]+:8080 /));
  });

  it('has the cluster IP that was asked for, once', async () => {
    await kubectl('create', 'service', 'clusterip', 'fixed', '--clusterip=10.96.0.77', '--tcp=80');
    expect(await kubectl.path('{.spec.clusterIP}', 'service', 'fixed')).toBe('10.96.0.77');
    const again = (ip: string) => kubectl.fails(['create', 'service', 'clusterip', 'other', `--clusterip=${ip}`, '--tcp=80']);
    expect(await again('10.96.0.77')).toMatch(
      /spec\.clusterIPs: Invalid value: \["10\.96\.0\.77"\]: failed to allocate IP 10\.96\.0\.77: provided IP is already allocated/,
    );
    expect(await again('192.168.1.1')).toMatch(/failed to allocate IP 192\.168\.1\.1: the provided network does not match the current range/);
    expect(await again('bad')).toMatch(/spec\.clusterIPs\[0\]: Invalid value: "bad": must be a valid IP address/);
    expect(await kubectl.fails(['patch', 'service', 'fixed', '-p', '{"spec":{"clusterIP":"10.96.0.78"}}'])).toMatch(
      /spec\.clusterIPs\[0\]: Invalid value: \["10\.96\.0\.78"\]: may not change once set/,
    );
    await kubectl('delete', 'service', 'fixed');
    await eventually(() => kubectl('create', 'service', 'clusterip', 'fixed', '--clusterip=10.96.0.77', '--tcp=80'));
  });

  it('has the node port that was asked for, once, and in range', async () => {
    const make = (name: string, port: number) => ['create', 'service', 'nodeport', name, '--tcp=80:8080', `--node-port=${port}`];
    await kubectl(...make('ported', 30_123));
    expect(await kubectl('get', 'service', 'ported')).toMatch(/ported +NodePort .* 80:30123\/TCP /);
    expect(await kubectl.fails(make('other', 30_123))).toMatch(
      /spec\.ports\[0\]\.nodePort: Invalid value: 30123: provided port is already allocated/,
    );
    expect(await kubectl.fails(make('other', 8080))).toMatch(/provided port is not in the valid range\. The range of valid ports is 30000-32767/);
    await patch('ported', { type: 'ClusterIP' });
    expect(await kubectl('get', 'service', 'ported')).toMatch(/ported +ClusterIP .* 80\/TCP /);
    await eventually(() => kubectl(...make('other', 30_123)));
  });

  it('turns from an address into a name and back', async () => {
    await patch('web', { type: 'ExternalName', externalName: 'example.com' });
    expect(await kubectl('get', 'service', 'web')).toMatch(/web +ExternalName +<none> +example\.com +80\/TCP /);
    expect(await kubectl.path('{.spec.clusterIP}{.spec.clusterIPs}{.spec.ipFamilies}', 'service', 'web')).toBe('');
    await patch('web', { type: 'ClusterIP', externalName: null });
    expect(await kubectl.path('{.spec.clusterIP}', 'service', 'web')).toMatch(/^10\./);
  });

  it('of each type is made and described', async () => {
    await kubectl('create', 'service', 'externalname', 'name', '--external-name=example.org');
    expect(await kubectl('describe', 'service', 'name')).toMatch(/Type: +ExternalName\n[\s\S]*External Name: +example\.org\n/);
    await kubectl('create', 'service', 'clusterip', 'headless', '--clusterip=None');
    expect(await kubectl('get', 'service', 'headless')).toMatch(/headless +ClusterIP +None +<none> +<none> /);
    await kubectl('expose', 'deployment', 'web', '--name=balanced', '--type=LoadBalancer', '--port=80');
    await eventually(async () =>
      expect(await kubectl('get', 'service', 'balanced')).toMatch(/balanced +LoadBalancer +10\.[\d.]+ +[\d.]+ +80:3\d{4}\/TCP /),
    );
    await eventually(async () =>
      expect(await kubectl('describe', 'service', 'balanced')).toMatch(/Normal +EnsuredLoadBalancer .*service-controller +Ensured load balancer/),
    );
    expect(await kubectl.fails(['expose', 'deployment', 'none', '--port=80'])).toMatch(/deployments\.apps "none" not found/);
  });

  it('takes its endpoints and slices with it', async () => {
    await kubectl('delete', 'service', '--all');
    await eventually(async () => expect(await kubectl('get', 'endpoints,endpointslices', '-o', 'name')).toBe(''));
  });
});
