import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import { ROOT } from '../support/checkout.ts';
import type { PartProcess } from '../support/cluster/part-process.ts';
import { startPart } from '../support/cluster/part-process.ts';
import type { ServerProcess } from '../support/cluster/server-process.ts';
import { startServerProcess } from '../support/cluster/server-process.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { run } from '../support/commands/program.ts';
import { container, deployment, quota } from '../support/manifests.ts';
import { freePort } from '../support/network/free-port.ts';

const fishDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'fish.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'fish', singular: 'fish', kind: 'Fish' },
    versions: [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } },
    ],
  },
};
const fish = (name: string) => ({ apiVersion: 'example.com/v1', kind: 'Fish', metadata: { name } });
const job = (name: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [container()] } } },
});

let server: ServerProcess;
let kubectl: Kubectl;
let parts: Record<'controllers' | 'scheduler' | 'agent', PartProcess>;
let securePort: number;
const own = mkdtempSync(join(tmpdir(), 'skiff-foreign-'));

/** Writes a kubeconfig for a token. */
function kubeconfigFile(name: string, token: string): string {
  const file = join(own, `${name}.conf`);
  const cluster = { server: `https://127.0.0.1:${server.port}`, 'certificate-authority': join(server.dataDir, 'pki', 'ca.crt') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'c',
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Takes away the roles that other API servers do not have, except the one by which this server calls agents. */
async function forgetOwnRoles(): Promise<void> {
  const kinds = ['clusterroles', 'clusterrolebindings'];
  const names = (await Promise.all(kinds.map((kind) => kubectl('get', kind, '-o', 'name')))).join('').split('\n');
  const own = names.filter((name) => name.includes('/skiff:') && !name.endsWith('/skiff:kubelet-api-admin'));
  expect(own).not.toHaveLength(0);
  await kubectl('delete', ...own);
}

/** An API server alone stands for one that is not ours; the parts know nothing of it but a kubeconfig, and have the rights that we ship. */
beforeAll(async () => {
  server = await startServerProcess(['--controllers=', '--no-scheduler']);
  kubectl = server.kubectl;
  await forgetOwnRoles();
  await kubectl.input(fishDefinition, 'create', '-f', '-');
  await kubectl('wait', '--for=condition=Established', 'crd/fish.example.com', '--timeout=60s');
  await kubectl('apply', '-f', join(ROOT, 'deploy', 'home', 'rbac.yaml'));
  const remote = async (...command: string[]) => {
    const account = `skiff-${command[0]}`;
    const token = (await kubectl('create', 'token', account, '-n', 'kube-system', '--duration=1h')).trim();
    const file = kubeconfigFile(account, token);
    // A leader that cannot renew in time ends: a slow machine may take longer than the default, and so may "down", below.
    const patience = ['--leader-elect-lease-duration', '180', '--leader-elect-renew-deadline', '150'];
    return startPart([...command, '--kubeconfig', file, '--metrics-port', String(await freePort()), ...patience]);
  };
  securePort = await freePort();
  const [certificate, key] = ['ca.crt', 'ca.key'].map((name) => join(server.dataDir, 'pki', name)) as [string, string];
  parts = {
    controllers: await remote('controllers', '--home', '--cluster-signing-cert-file', certificate, '--cluster-signing-key-file', key),
    scheduler: await remote('scheduler', '--metrics-secure-port', String(securePort)),
    agent: startPart(['agent', '--simulate', '--data-dir', server.dataDir, '--port', String(await freePort())]),
  };
});
afterAll(async () => {
  for (const part of Object.values(parts ?? {})) part.kill();
  await server?.stop();
  await server?.remove();
  rmSync(own, { recursive: true, force: true });
});

const ownedBy = async (name: string, kind: string, apiVersion: string, owner: string) => {
  const uid = await kubectl.path('{.metadata.uid}', `${kind}.${apiVersion.split('/')[0]}`, owner);
  const ownerReferences = [{ apiVersion, kind, name: owner, uid }];
  await kubectl.input({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ownerReferences } }, 'create', '-f', '-');
};
const isGone = (...what: string[]) => eventually(async () => expect(await kubectl('get', ...what, '--ignore-not-found', '-o', 'name')).toBe(''));

describe('on a cluster that is not ours', () => {
  it('controllers, scheduler and agent run a Deployment', async () => {
    await kubectl.input(deployment('web', 3), 'create', '-f', '-');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
    const names = await kubectl.path('{.items[*].spec.nodeName}', 'pods', '-l', 'app=web');
    expect(names.split(' ')).toHaveLength(3);
  });

  it('they hold upstream’s Leases and tell of it as upstream does', async () => {
    for (const [lease, component] of [
      ['kube-controller-manager', 'kube-controller-manager'],
      ['kube-scheduler', 'default-scheduler'],
    ] as const) {
      const holder = await kubectl.path('{.spec.holderIdentity}', 'lease', lease, '-n', 'kube-system');
      await eventually(async () => {
        const selector = `--field-selector=involvedObject.name=${lease},reason=LeaderElection`;
        const told = await kubectl.path('{.items[0].message} {.items[0].source.component}', 'events', '-n', 'kube-system', selector);
        expect(told).toBe(`${holder} became leader ${component}`);
      });
    }
  });

  it('the scheduler tells what pods request, and its settings, over TLS to those who may know', async () => {
    await kubectl('apply', '-f', join(ROOT, 'deploy', 'prometheus', 'account.yaml'));
    await kubectl('create', 'clusterrole', 'settings', '--verb=get', '--non-resource-url=/configz');
    await kubectl('create', 'clusterrolebinding', 'settings', '--clusterrole=settings', '--serviceaccount=monitoring:prometheus');
    const tokenOf = async (account: string) => (await kubectl('create', 'token', account, '-n', 'monitoring')).trim();
    const get = (path: string, token: string) =>
      new Promise<string>((resolve, reject) => {
        const headers = { authorization: `Bearer ${token}` };
        request({ host: '127.0.0.1', port: securePort, path, headers, rejectUnauthorized: false, agent: false }, async (response) => {
          let text = '';
          for await (const part of response) text += String(part);
          resolve(`${response.statusCode} ${text}`);
        })
          .on('error', reject)
          .end();
      });
    const resources = { requests: { cpu: '10m' } };
    const sized = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'sized' }, spec: { containers: [{ ...container(), resources }] } };
    await kubectl.input(sized, 'create', '-f', '-');
    const reader = await tokenOf('prometheus');
    const shown = /^kube_pod_resource_request\{.*pod="sized",.*unit="cores"\} 0\.01$/m;
    await eventually(async () => expect(await get('/metrics/resources', reader)).toMatch(shown));
    expect(await get('/configz', reader)).toMatch(/^200 \{"componentconfig":\{"kind":"KubeSchedulerConfiguration"/);
    await eventually(async () => expect(await get('/configz', await tokenOf('default'))).toMatch(/^403 /));
  });

  it('each controller acts as its own service account', async () => {
    const wanted = ['deployment-controller', 'node-controller', 'replicaset-controller'];
    await eventually(async () => {
      const accounts = await kubectl.path('{.items[*].metadata.name}', 'serviceaccounts', '-n', 'kube-system');
      expect(accounts.split(' ')).toEqual(expect.arrayContaining(wanted));
    });
  });

  it('what upstream has no roles for is allowed as well: the class of volumes on nodes, and agents that read network policies', async () => {
    await eventually(async () => expect(await kubectl('get', 'storageclasses', '-o', 'name')).toBe('storageclass.storage.k8s.io/local-path\n'));
    for (const kind of ['networkpolicies.networking.k8s.io', 'namespaces', 'pods'])
      expect(await kubectl('auth', 'can-i', 'watch', kind, '--all-namespaces', '--as', 'system:kube-proxy')).toBe('yes\n');
  });

  it('an object goes with its owner, of a kind that we run no controller for or do not know', async () => {
    await kubectl.input([job('dig'), fish('nemo')], 'create', '-f', '-');
    await ownedBy('of-job', 'Job', 'batch/v1', 'dig');
    await ownedBy('of-fish', 'Fish', 'example.com/v1', 'nemo');
    await kubectl('delete', 'job/dig', 'fish/nemo');
    await isGone('configmap', 'of-job');
    await isGone('configmap', 'of-fish');
  });

  it('a quota counts objects of kinds that we do not know', async () => {
    await kubectl.input(quota('fishing', { 'count/fish.example.com': '5', 'count/jobs.batch': '5' }), 'create', '-f', '-');
    await kubectl.input([fish('one'), fish('two'), job('three')], 'create', '-f', '-');
    await eventually(async () =>
      expect(await kubectl.path('{.status.used}', 'resourcequota', 'fishing')).toBe('{"count/fish.example.com":"2","count/jobs.batch":"1"}'),
    );
    await kubectl('delete', 'fish/two');
    await eventually(async () => expect(await kubectl.path("{.status.used['count/fish\\.example\\.com']}", 'resourcequota', 'fishing')).toBe('1'));
  });

  it('a namespace is emptied of all kinds, even of one that came a moment ago, before it goes', async () => {
    await kubectl('create', 'namespace', 'pond');
    const names = { plural: 'frogs', singular: 'frog', kind: 'Frog' };
    await kubectl.input({ ...fishDefinition, metadata: { name: 'frogs.example.com' }, spec: { ...fishDefinition.spec, names } }, 'create', '-f', '-');
    await kubectl('wait', '--for=condition=Established', 'crd/frogs.example.com', '--timeout=60s');
    const held = { name: 'green', finalizers: ['example.com/hold'] };
    await kubectl.input([job('dig'), { apiVersion: 'example.com/v1', kind: 'Frog', metadata: held }], 'create', '-n', 'pond', '-f', '-');
    await kubectl('delete', 'namespace', 'pond', '--wait=false');
    const remaining = '{.status.conditions[?(@.type=="NamespaceContentRemaining")].message}';
    await eventually(async () =>
      expect(await kubectl.path(remaining, 'namespace', 'pond')).toBe('Some resources are remaining: frogs.example.com has 1 resource instances'),
    );
    expect(await kubectl('get', 'jobs', '-n', 'pond', '-o', 'name')).toBe('');
    await kubectl('patch', 'frog/green', '-n', 'pond', '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
    await kubectl('wait', '--for=delete', 'namespace/pond', '--timeout=120s');
  });
});

describe('an agent', () => {
  it.each([
    ['a token that is unknown', ['--token', 'aaaaaa.aaaaaaaaaaaaaaaa'], /the token is unknown or has expired/],
    [
      'the hash of another cluster',
      ['--token', 'aaaaaa.aaaaaaaaaaaaaaaa', '--ca-hash', `sha256:${'0'.repeat(64)}`],
      /is not the cluster of --ca-hash/,
    ],
  ])('that is refused for %s ends with a code', async (_, given, why) => {
    const printed = await run(join(ROOT, 'skiff'), ['token', 'create', '--data-dir', server.dataDir]);
    const [, caHash = ''] = /--ca-hash (\S+)/.exec(printed.stdout) ?? [];
    const to = ['agent', '--simulate', '--join', `https://127.0.0.1:${server.port}`, '--data-dir', join(own, 'joined')];
    const agent = startPart([...to, '--ca-hash', caHash, ...given, '--port', String(await freePort())]);
    expect(await agent.ended).toBe(1);
    expect(agent.output()).toMatch(why);
  });

  it('with a kubeconfig that is not there says what would help', async () => {
    const agent = startPart(['agent', '--simulate', '--kubeconfig', join(own, 'none.conf'), '--data-dir', join(own, 'none')]);
    expect(await agent.ended).toBe(1);
    expect(agent.output()).toContain('there is no such file; --bootstrap-kubeconfig lets the node request its credentials');
  });

  it('joins with a bootstrap kubeconfig, and ends at the first SIGTERM', async () => {
    const printed = await run(join(ROOT, 'skiff'), ['token', 'create', '--data-dir', server.dataDir]);
    const [, token = ''] = /--token (\S+)/.exec(printed.stdout) ?? [];
    const file = kubeconfigFile('bootstrap', token);
    const names = ['--node-name', 'stranger', '--node-labels', 'skiff.dev/agent=true', '--data-dir', join(own, 'stranger')];
    const agent = startPart(['agent', '--simulate', '--bootstrap-kubeconfig', file, ...names, '--port', String(await freePort())]);
    await eventually(async () => expect(await kubectl('get', 'nodes', '-o', 'name')).toContain('node/stranger'));
    await kubectl('wait', '--for=condition=Ready', 'node/stranger', '--timeout=60s');
    expect(await kubectl.path('{.metadata.labels.skiff\\.dev/agent}', 'node', 'stranger')).toBe('true');
    expect(await agent.stop()).toBe(0);
    await kubectl('delete', 'node', 'stranger');
  });

  it('that was started by hand and has run a hundred pods is ended by "down", which then takes all back', async () => {
    await kubectl('scale', 'deployment/web', '--replicas=100');
    await eventually(async () => expect(await kubectl.path('{.status.readyReplicas}', 'deployment', 'web')).toBe('100'));
    const down = await run(join(ROOT, 'skiff'), ['down', '--data-dir', server.dataDir], { timeoutMs: 120_000 });
    expect(down).toMatchObject({ code: 0, stdout: 'everything is taken back\n' });
    expect(await parts.agent.ended).toBe(0);
    expect(parts.agent.output()).toContain('"msg":"stopped"');
    expect(existsSync(server.dataDir)).toBe(false);
  });

  it('and the other parts end at the first SIGTERM, even while the cluster is away', async () => {
    expect(await Promise.all([parts.controllers.stop(), parts.scheduler.stop()])).toEqual([0, 0]);
  });
});
