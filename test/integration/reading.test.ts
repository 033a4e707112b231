import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { clientTools } from '../support/commands/client-tools.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { deployment, pod, quota, replicationController, service } from '../support/manifests.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster();
  kubectl = await cluster.namespace('reading');
  await kubectl.input(
    [deployment('web', 2), service('web'), replicationController('old', 1), pod('one', { labels: { app: 'one', tier: 'x' } })],
    'create',
    '-f',
    '-',
  );
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  await kubectl('wait', '--for=jsonpath={.status.readyReplicas}=1', 'rc/old', '--timeout=60s');
  await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s');
});
afterAll(() => cluster.stop());

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

describe('kubectl get', () => {
  it('prints in each form', async () => {
    expect(await kubectl('get', 'pod', 'one', '-o', 'name')).toBe('pod/one\n');
    expect(await kubectl('get', 'pod', 'one', '-o', 'yaml')).toMatch(/^apiVersion: v1\nkind: Pod\nmetadata:\n {2}creationTimestamp: "/);
    expect(JSON.parse(await kubectl('get', 'pods', '-o', 'json'))).toMatchObject({ kind: 'List', items: { length: 4 } });
    expect(await kubectl('get', 'pod', 'one', '-o', 'custom-columns=NAME:.metadata.name,NODE:.spec.nodeName')).toBe('NAME   NODE\none    node-0\n');
    expect(await kubectl('get', 'pods', '-l', 'app=one', '-o', 'go-template={{range .items}}{{.metadata.name}}{{end}}')).toBe('one');
    expect(await kubectl('get', 'pod', 'one', '-o', 'wide')).toMatch(
      /IP +NODE +NOMINATED NODE +READINESS GATES\none +1\/1 +Running +0 +\S+ +[\d.]+ +node-0 +<none> +<none>\n/,
    );
    expect(await kubectl('get', 'pod', 'one', '--show-labels')).toMatch(/LABELS\none .* app=one,tier=x\n/);
    expect(await kubectl('get', 'pod', 'one', '--no-headers')).toMatch(/^one /);
  });

  it('selects by sets of labels and by fields', async () => {
    const names = async (...flags: string[]) => lines(await kubectl('get', 'pods', '-o', 'name', ...flags)).map((line) => line.replace(/-.*/, ''));
    expect(await names('-l', 'app in (one,old),tier')).toEqual(['pod/one']);
    expect(await names('-l', 'app notin (one,old),!tier')).toEqual(['pod/web', 'pod/web']);
    expect(await names('-l', 'app!=web')).toEqual(['pod/old', 'pod/one']);
    expect(await names('--field-selector', 'metadata.name=one,status.phase=Running')).toEqual(['pod/one']);
    expect(await names('--field-selector', 'status.phase!=Running')).toEqual([]);
    expect(await kubectl.fails(['get', 'pods', '--field-selector', 'bogus=1'])).toMatch(/field label not supported: bogus/);
    expect(await kubectl.fails(['get', 'pods', '-l', 'app in'])).toMatch(/unable to parse requirement: found '' expected: '\('/);
  });

  it('sorts, and reads long lists in chunks', async () => {
    const sorted = lines(await kubectl('get', 'pods', '--sort-by=.metadata.name', '-o', 'name'));
    expect(sorted).toEqual([...sorted].sort());
    expect(lines(await kubectl('get', 'pods', '--chunk-size=1', '-o', 'name')).sort()).toEqual(sorted);
    const first = JSON.parse(await kubectl('get', '--raw', '/api/v1/namespaces/reading/pods?limit=3'));
    expect(first).toMatchObject({ items: { length: 3 }, metadata: { remainingItemCount: 1 } });
    const rest = JSON.parse(await kubectl('get', '--raw', `/api/v1/namespaces/reading/pods?limit=3&continue=${first.metadata.continue}`));
    expect(rest.items).toHaveLength(1);
    expect(rest.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it('shows all, everywhere, and several kinds at once', async () => {
    const all = await kubectl('get', 'all', '-o', 'name');
    for (const name of ['pod/one', 'replicationcontroller/old', 'service/web', 'deployment.apps/web']) expect(all).toContain(`${name}\n`);
    expect(await kubectl('get', 'deployments', '-A')).toMatch(/^NAMESPACE +NAME .*\nreading +web +2\/2 /);
    expect(await kubectl('get', 'deployment/web', 'service/web', '-o', 'name')).toBe('deployment.apps/web\nservice/web\n');
    expect(await kubectl('get', 'deployment', 'web', '--subresource=scale', '-o', 'jsonpath={.kind} {.status.selector}')).toBe('Scale app=web');
    expect((await kubectl.outcome(['get', 'configmaps', '-l', 'no=such'])).stderr).toBe('No resources found in reading namespace.\n');
  });

  it('-w follows what happens', async () => {
    const watching = spawn(join(clientTools(), 'kubectl'), [...kubectl.baseArgs, 'get', 'pods', '-w', '-l', 'app=followed', '-v=6']);
    let seen = '';
    let requests = '';
    watching.stderr.on('data', (chunk: Buffer) => {
      requests += chunk.toString();
    });
    watching.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    try {
      // The pod comes after the watch: what is there before it would be one row, however far it has come.
      await eventually(() => expect(requests).toMatch(/watch=true/));
      await kubectl.input(pod('followed', { labels: { app: 'followed' } }), 'create', '-f', '-');
      await eventually(() => expect(seen).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE\nfollowed +0\/1 +Pending [\s\S]*followed +1\/1 +Running /));
      await kubectl('delete', 'pod', 'followed', '--now');
      await eventually(() => expect(seen).toMatch(/followed +1\/1 +Terminating /));
    } finally {
      watching.kill();
    }
  });
});

describe('kubectl wait', () => {
  it('ends with what it waits for, or says that it did not come', async () => {
    expect(await kubectl('wait', 'deployment/web', '--for=condition=Available', '--timeout=60s')).toBe('deployment.apps/web condition met\n');
    await kubectl('wait', 'deployment/web', '--for=jsonpath={.status.readyReplicas}=2', '--timeout=60s');
    expect(await kubectl.fails(['wait', 'deployment/web', '--for=condition=Bogus', '--timeout=100ms'])).toMatch(
      /timed out waiting for the condition on deployments\/web/,
    );
    const gone = kubectl('wait', '--for=delete', 'pod/one', '--timeout=60s');
    await kubectl('delete', 'pod', 'one', '--now');
    await gone;
  });
});

describe('kubectl describe', () => {
  it('knows every kind that is served', async () => {
    await kubectl.input(
      [
        quota('some', { pods: '9' }),
        { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'kept' }, template: deployment('kept', 1).spec.template },
      ],
      'create',
      '-f',
      '-',
    );
    await kubectl('create', 'role', 'reader', '--verb=get', '--resource=pods');
    await kubectl('create', 'rolebinding', 'readers', '--role=reader', '--user=jane');
    await kubectl('create', 'secret', 'generic', 'secret', '--from-literal=a=b');
    const resources = lines(await kubectl('api-resources', '--verbs=list,get', '-o', 'name'));
    expect(resources.length).toBeGreaterThan(18);
    for (const resource of resources) {
      const { code, stdout, stderr } = await kubectl.outcome(['describe', resource]);
      expect({ resource, code, stderr: stderr.replace(/^(Warning: .*|No resources found.*)\n/gm, '') }).toEqual({ resource, code: 0, stderr: '' });
      if (stdout !== '') expect(stdout).toMatch(/^Name: /);
    }
    // Dozens of runs of kubectl.
  }, 600_000);
});

describe('kubectl explain', () => {
  it.each(['replicationcontroller', 'replicaset', 'deployment', 'service', 'resourcequota', 'namespace', 'node'])(
    'explains %s, and all below it',
    async (kind) => {
      expect(await kubectl('explain', kind)).toMatch(/KIND: +\w+\nVERSION: +v1\n\nDESCRIPTION:\n {4}\S[\s\S]*FIELDS:\n[\s\S]*spec\t<\w+>/);
      expect(await kubectl('explain', kind, '--recursive')).toMatch(/\n {2}status\t<\w+>\n {4}\w+\t</);
    },
  );

  it('goes down to one field, and says which does not exist', async () => {
    expect(await kubectl('explain', 'deployment.spec.strategy.type')).toMatch(/FIELD: type <string>\nENUM:\n {4}Recreate\n {4}RollingUpdate\n/);
    expect(await kubectl('explain', 'deployment', '--api-version=apps/v1beta2')).toMatch(/VERSION: +v1beta2\n/);
    expect(await kubectl.fails(['explain', 'pod.spec.bogus'])).toMatch(/field "bogus" does not exist/);
    expect(await kubectl.fails(['explain', 'bogus'])).toMatch(/the server doesn't have a resource type "bogus"/);
  });
});

describe('the server says of itself', () => {
  it('what it serves', async () => {
    const resources = await kubectl('api-resources');
    for (const row of [
      /^deployments +deploy +apps\/v1 +true +Deployment$/m,
      /^nodes +no +v1 +false +Node$/m,
      /^resourcequotas +quota +v1 +true +ResourceQuota$/m,
    ])
      expect(resources).toMatch(row);
    expect(lines(await kubectl('api-versions'))).toEqual(expect.arrayContaining(['apps/v1', 'apps/v1beta2', 'v1', 'events.k8s.io/v1']));
    expect(await kubectl.fails(['get', 'bogus'])).toBe('error: the server doesn\'t have a resource type "bogus"\n');
  });

  it('which version it is, where it is, and that it is well', async () => {
    expect(await kubectl('version')).toMatch(/Server Version: v1\.36\./);
    expect(await kubectl('cluster-info')).toMatch(`is running at`);
    expect(await kubectl('get', '--raw', '/readyz?verbose')).toMatch(/\[\+\]ping ok\n[\s\S]*readyz check passed/);
    expect(await kubectl('get', '--raw', '/livez')).toBe('ok');
    expect(await kubectl.fails(['get', '--raw', '/bogus'])).toMatch(/NotFound/);
  });

  it('who is asking, and what they may do', async () => {
    expect(await kubectl('auth', 'whoami')).toMatch(/Username +kubernetes-admin\nGroups +\[system:masters system:authenticated\]/);
    expect(await kubectl('auth', 'whoami', '--as=jane', '--as-group=dev')).toMatch(/Username +jane\nGroups +\[dev system:authenticated\]/);
    expect(await kubectl('auth', 'can-i', 'create', 'pods')).toBe('yes\n');
    expect(await kubectl('auth', 'can-i', '--list')).toMatch(/^\*\.\* +\[\] +\[\] +\[\*\]$/m);
  });

  it('by the context of the kubeconfig', async () => {
    expect(await kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}')).toBe(cluster.url);
    expect((await kubectl('config', 'current-context')).trim()).not.toBe('');
  });
});
