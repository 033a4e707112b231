import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { container, pod, quota, resources } from '../support/manifests.ts';

let cluster: KubectlCluster;
beforeAll(async () => {
  cluster = await startKubectlCluster();
});
afterAll(() => cluster.stop());

const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', finalizers: ['example.com/hold'] } };
const withResources = (name: string, given: object) => pod(name, { containers: [container('web:1', { resources: given })] });

describe('a Namespace', () => {
  it('is Active, with an account and the root certificates for its pods', async () => {
    const kubectl = await cluster.namespace('team');
    expect(await kubectl('get', 'namespace', 'team')).toMatch(/^NAME +STATUS +AGE\nteam +Active +[\dms]+\n$/);
    expect(await kubectl('get', 'namespace', 'team', '--show-labels')).toMatch(/kubernetes\.io\/metadata\.name=team/);
    await eventually(() => kubectl('get', 'serviceaccount/default', 'configmap/kube-root-ca.crt'));
    expect(await kubectl('describe', 'namespace', 'team')).toMatch(/Status: +Active\n\nNo resource quota\.\n\nNo LimitRange resource\./);
    expect(await kubectl.fails(['create', 'namespace', 'team'])).toBe('Error from server (AlreadyExists): namespaces "team" already exists\n');
    expect(await kubectl.fails(['create', 'namespace', 'Bad_Name'])).toMatch(/metadata\.name: Invalid value: "Bad_Name": .*RFC 1123 label/);
  });

  it('that is deleted waits for what holds it, says so, and takes nothing new', async () => {
    const kubectl = cluster.kubectl.in('team');
    await kubectl.input([held, pod('web')], 'create', '-f', '-');
    await kubectl('delete', 'namespace', 'team', '--wait=false');
    await eventually(async () => {
      const said = await kubectl('describe', 'namespace', 'team');
      expect(said).toMatch(/Status: +Terminating/);
      expect(said).toMatch(/NamespaceContentRemaining +True .*Some resources are remaining: configmaps\. has 1 resource instances/);
      expect(said).toMatch(/NamespaceFinalizersRemaining +True .*finalizers remaining: example\.com\/hold in 1 resource instances/);
    });
    expect(await kubectl.fails(['create', 'configmap', 'late'])).toMatch(
      /configmaps "late" is forbidden: unable to create new content in namespace team because it is being terminated/,
    );
    await kubectl('patch', 'configmap', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
    await kubectl('wait', '--for=delete', 'namespace/team', '--timeout=60s');
    expect(await kubectl.fails(['create', 'configmap', 'late'])).toMatch(/namespaces "team" not found/);
  });

  it('that the cluster needs stays', async () => {
    for (const name of ['default', 'kube-system', 'kube-public']) {
      expect(await cluster.kubectl.fails(['delete', 'namespace', name])).toMatch(
        `namespaces "${name}" is forbidden: this namespace may not be deleted`,
      );
    }
  });
});

describe('a ResourceQuota', () => {
  let kubectl: Kubectl;
  beforeAll(async () => {
    kubectl = await cluster.namespace('quota');
  });

  it('counts what there is, and refuses what is too much, with the three figures', async () => {
    const hard = {
      pods: '2',
      'requests.cpu': '1',
      'limits.memory': '1Gi',
      services: '1',
      'services.nodeports': '1',
      'count/deployments.apps': '1',
      secrets: '1',
    };
    await kubectl.input(quota('all', hard), 'create', '-f', '-');
    await eventually(async () => expect(await kubectl('describe', 'quota', 'all')).toMatch(/pods +0 +2\n/));
    expect(await kubectl.fails(['run', 'bare', '--image=web:1'])).toBe(
      'Error from server (Forbidden): pods "bare" is forbidden: failed quota: all: must specify limits.memory for: bare; requests.cpu for: bare\n',
    );
    await kubectl.input(withResources('first', resources('600m', '100Mi')), 'create', '-f', '-');
    expect(await kubectl.fails(['create', '-f', '-'], withResources('second', resources('600m', '100Mi')))).toMatch(
      /pods "second" is forbidden: exceeded quota: all, requested: requests\.cpu=600m, used: requests\.cpu=600m, limited: requests\.cpu=1/,
    );
    await kubectl('create', 'secret', 'generic', 'one');
    expect(await kubectl.fails(['create', 'secret', 'generic', 'two'])).toMatch(
      /exceeded quota: all, requested: secrets=1, used: secrets=1, limited: secrets=1/,
    );
    await kubectl('create', 'service', 'nodeport', 'one', '--tcp=80');
    expect(await kubectl.fails(['create', 'service', 'nodeport', 'two', '--tcp=80'])).toMatch(
      /requested: services=1,services\.nodeports=1, used: services=1,services\.nodeports=1, limited: services=1,services\.nodeports=1/,
    );
    await kubectl('create', 'deployment', 'one', '--image=web:1', '--replicas=0');
    expect(await kubectl.fails(['create', 'deployment', 'two', '--image=web:1'])).toMatch(
      /deployments\.apps "two" is forbidden: exceeded quota: all, requested: count\/deployments\.apps=1/,
    );
  });

  it('is described, alone and with its namespace, and printed in columns', async () => {
    expect(await kubectl('describe', 'quota', 'all')).toMatch(/Resource +Used +Hard\n-+ +-+ +-+\n[\s\S]*requests\.cpu +600m +1\n/);
    expect(await kubectl('describe', 'namespace', 'quota')).toMatch(/Resource Quotas\n {2}Name: +all\n[\s\S]*requests\.cpu +600m +1\n/);
    expect(await kubectl('get', 'quota', 'all')).toMatch(
      /^NAME +REQUEST +LIMIT +AGE\nall +count\/deployments\.apps: 1\/1, pods: 1\/2, .* limits\.memory: 100Mi\/1Gi +[\dms]+\n$/,
    );
  });

  it('gives back what is deleted', async () => {
    await kubectl('delete', 'pod', 'first', '--now');
    await eventually(async () => expect(await kubectl('describe', 'quota', 'all')).toMatch(/requests\.cpu +0 +1\n/));
    await kubectl.input(withResources('second', resources('600m', '100Mi')), 'create', '-f', '-');
  });

  it('with a scope counts only what is in it', async () => {
    await kubectl('delete', 'quota', 'all');
    await kubectl('create', 'quota', 'effortless', '--hard=pods=1', '--scopes=BestEffort');
    await eventually(async () => expect(await kubectl('describe', 'quota', 'effortless')).toMatch(/Scopes: +BestEffort\n[\s\S]*pods +0 +1\n/));
    await kubectl('run', 'one', '--image=web:1');
    expect(await kubectl.fails(['run', 'two', '--image=web:1'])).toMatch(
      /exceeded quota: effortless, requested: pods=1, used: pods=1, limited: pods=1/,
    );
    await kubectl.input(withResources('burst', resources('1m', '1Mi')), 'create', '-f', '-');
  });

  it.each([
    ['--hard=pods=1,requests.cpu=1 --scopes=BestEffort', /spec\.scopes: Invalid value: \["BestEffort"\]: unsupported scope applied to resource/],
    ['--hard=pods=1 --scopes=Foo', /spec\.scopes: Invalid value: \["Foo"\]: unsupported scope/],
    ['--hard=pods=-1', /spec\.hard\[pods\]: Invalid value: "-1": must be greater than or equal to 0/],
    ['--hard=bogus=1', /spec\.hard\[bogus\]: Invalid value: "bogus": must be a standard resource type or fully qualified/],
  ])('cannot be %s', async (flags, message) => {
    expect(await kubectl.fails(['create', 'quota', 'bad', ...flags.split(' ')])).toMatch(message);
  });
});

describe('a LimitRange', () => {
  it('fills in, bounds, and says each bound that is broken', async () => {
    const kubectl = await cluster.namespace('limits');
    const limits = [
      {
        type: 'Container',
        max: { cpu: '1' },
        min: { cpu: '100m' },
        default: { cpu: '500m', memory: '256Mi' },
        defaultRequest: { cpu: '200m' },
        maxLimitRequestRatio: { cpu: '4' },
      },
      { type: 'Pod', max: { cpu: '2' } },
    ];
    await kubectl.input({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'range' }, spec: { limits } }, 'create', '-f', '-');
    await kubectl('run', 'filled', '--image=web:1');
    expect(await kubectl.path('{.spec.containers[0].resources}', 'pod', 'filled')).toBe(
      '{"limits":{"cpu":"500m","memory":"256Mi"},"requests":{"cpu":"200m","memory":"256Mi"}}',
    );
    expect(await kubectl.path('{.metadata.annotations.kubernetes\\.io/limit-ranger}', 'pod', 'filled')).toBe(
      'LimitRanger plugin set: cpu, memory request for container filled; cpu, memory limit for container filled',
    );
    const big = pod('big', {
      containers: [
        container('web:1', { name: 'a', resources: { limits: { cpu: '3' } } }),
        container('web:1', { name: 'b', resources: { requests: { cpu: '10m' }, limits: { cpu: '100m' } } }),
      ],
    });
    const refusal = await kubectl.fails(['create', '-f', '-'], big);
    for (const part of [
      'maximum cpu usage per Container is 1, but limit is 3',
      'minimum cpu usage per Container is 100m, but request is 10m',
      'cpu max limit to request ratio per Container is 4, but provided ratio is 10.000000',
      'maximum cpu usage per Pod is 2, but limit is 3100m',
    ])
      expect(refusal).toContain(part);
    const row = /Container +cpu +100m +1 +200m +500m +4\n/;
    expect(await kubectl('describe', 'limits', 'range')).toMatch(row);
    expect(await kubectl('describe', 'namespace', 'limits')).toMatch(row);
  });
});
