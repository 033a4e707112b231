import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { helmFor } from '../support/commands/helm.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { kubectlFor } from '../support/commands/kubectl.ts';
import { deployment } from '../support/manifests.ts';

let cluster: KubectlCluster;
let directory: string;
beforeAll(async () => {
  cluster = await startKubectlCluster();
  directory = await mkdtemp(join(tmpdir(), 'skiff-clients-'));
});
afterAll(async () => {
  await removeDirectory(directory);
  await cluster.stop();
});

/** Several manifests as YAML: what begins as JSON, kubectl 1.24 reads as JSON alone. */
const yaml = (...manifests: readonly object[]) => manifests.map((manifest) => `---\n${JSON.stringify(manifest)}\n`).join('');

const configMap = (name: string, data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
const unknown = { apiVersion: 'nope.example.com/v1', kind: 'Nope', metadata: { name: 'x' } };
const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.clients.example.com' },
  spec: {
    group: 'clients.example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { size: { type: 'integer', description: 'How large.' } } } },
          },
        },
      },
    ],
  },
};

describe.each([
  ['1.36', ''],
  ['1.24', 'old'],
] as const)('kubectl %s', (_version, set) => {
  let kubectl: Kubectl;
  const namespace = `clients-${set === '' ? 'new' : set}`;
  beforeAll(async () => {
    const { kubeconfig } = await cluster.namespace(namespace);
    kubectl = kubectlFor(kubeconfig, namespace, set);
  });

  it('applies manifests, whose schemas it checks first', async () => {
    await kubectl.input(yaml(configMap('a', { key: 'one' }), deployment('web', 0)), 'apply', '-f', '-');
    expect(await kubectl.input(configMap('a', { key: 'two' }), 'apply', '-f', '-')).toContain('configmap/a configured');
    expect(await kubectl.path('{.data.key}', 'configmap', 'a')).toBe('two');
    expect(await kubectl.fails(['apply', '-f', '-'], { ...configMap('b', {}), wrong: true })).toMatch(/unknown field "wrong"/);
    expect(await kubectl.input(configMap('c', {}), 'apply', '--dry-run=server', '-f', '-')).toContain('server dry run');
    await kubectl.input(configMap('d', { key: 'one' }), 'apply', '--server-side', '-f', '-');
  });

  it('says of a kind that there is none, and applies the rest of the file', async () => {
    const { code, stdout, stderr } = await kubectl.outcome(['apply', '-f', '-'], {
      input: yaml(configMap('before', {}), unknown, configMap('after', {})),
    });
    expect(code).toBe(1);
    expect(stderr).toContain('no matches for kind "Nope" in version "nope.example.com/v1"');
    expect(stdout).toContain('configmap/before created');
    expect(stdout).toContain('configmap/after created');
  });

  it('explains built-in kinds, and custom resources as soon as they are served', async () => {
    expect(await kubectl('explain', 'pod.spec.dnsPolicy')).toContain('dnsPolicy');
    await kubectl.input(widgets, 'apply', '-f', '-');
    await eventually(async () => expect(await kubectl('explain', 'widgets.spec')).toContain('How large.'));
  });
});

describe('helm 3.9', () => {
  it('installs, upgrades and removes a chart', async () => {
    const { kubeconfig } = await cluster.namespace('clients-helm');
    const helm = helmFor(kubeconfig, 'clients-helm', 3.9);
    const chart = join(directory, 'old');
    await helm('create', chart);
    expect(await helm('install', 'old', chart)).toContain('STATUS: deployed');
    expect(await helm('upgrade', 'old', chart, '--set', 'replicaCount=2')).toContain('REVISION: 2');
    await helm('uninstall', 'old');
  });
});
