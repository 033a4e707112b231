import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeDirectory } from '../../base/remove-directory.fixture.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { container, deployment } from '../support/manifests.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
let directory: string;
beforeAll(async () => {
  cluster = await startKubectlCluster();
  kubectl = await cluster.namespace('changes');
  directory = await mkdtemp(join(tmpdir(), 'skiff-changes-'));
});
afterAll(async () => {
  await removeDirectory(directory);
  await cluster.stop();
});

const configMap = (name: string, data: object = {}, labels?: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(labels ? { labels } : {}) },
  data,
});
const dataOf = (name: string) => kubectl.path('{.data}', 'configmap', name);
/** Writes an editor for `kubectl edit`: a script whose argument is the file's name. A file that kubectl keeps, as its change was refused, stands beside it. */
async function editor(name: string, script: string): Promise<{ readonly env: NodeJS.ProcessEnv }> {
  const path = join(directory, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { env: { KUBE_EDITOR: path, TMPDIR: directory } };
}

describe('kubectl apply', () => {
  const web = (image: string) =>
    deployment('web', 1, { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container(image)] } } });

  it('creates, changes what differs, and leaves alone what others have set', async () => {
    expect(await kubectl.input(web('web:1'), 'apply', '-f', '-')).toBe('deployment.apps/web created\n');
    expect(await kubectl.input(web('web:1'), 'apply', '-f', '-')).toBe('deployment.apps/web unchanged\n');
    await kubectl('label', 'deployment', 'web', 'kept=yes');
    const diff = await kubectl.outcome(['diff', '-f', '-'], { input: JSON.stringify(web('web:2')) });
    expect(diff).toMatchObject({ code: 1, stdout: expect.stringMatching(/-\s+- image: web:1\n\+\s+- image: web:2\n/) });
    expect(await kubectl.input(web('web:2'), 'apply', '-f', '-', '--dry-run=server')).toBe('deployment.apps/web configured (server dry run)\n');
    expect(await kubectl.input(web('web:2'), 'apply', '-f', '-')).toBe('deployment.apps/web configured\n');
    expect(await kubectl.path('{.metadata.labels.kept} {.spec.template.spec.containers[0].image}', 'deployment', 'web')).toBe('yes web:2');
    expect(await kubectl('apply', 'view-last-applied', 'deployment', 'web')).toMatch(/image: web:2/);
  });

  it('takes away what the last configuration had and this one has not', async () => {
    await kubectl.input(configMap('fewer', { a: '1', b: '2' }), 'apply', '-f', '-');
    await kubectl.input(configMap('fewer', { a: '1' }), 'apply', '-f', '-');
    expect(await dataOf('fewer')).toBe('{"a":"1"}');
  });

  it('--prune deletes what is in the set no more', async () => {
    const [one, two] = ['one', 'two'].map((name) => configMap(name, { key: 'value' }, { set: 'pruned' }));
    await kubectl.input([one ?? {}, two ?? {}], 'apply', '-f', '-');
    const prune = ['--prune', '-l', 'set=pruned', '--prune-allowlist=core/v1/ConfigMap'];
    expect(await kubectl.input(one ?? {}, 'apply', '-f', '-', ...prune)).toBe('configmap/one unchanged\nconfigmap/two pruned\n');
  });

  it('--server-side keeps account of who set what, and names those it conflicts with', async () => {
    const apply = (manager: string, ...more: string[]) => ['apply', '--server-side', '-f', '-', `--field-manager=${manager}`, ...more];
    const map = (value: string) => configMap('shared', { key: value });
    expect(await kubectl.input(map('1'), ...apply('first'))).toBe('configmap/shared serverside-applied\n');
    await kubectl.input(map('1'), ...apply('second'));
    const conflict = await kubectl.fails(apply('third'), map('2'));
    expect(conflict).toMatch(/Apply failed with 2 conflicts: conflict with "first": \.data\.key\nconflict with "second": \.data\.key/);
    expect(await dataOf('shared')).toBe('{"key":"1"}');
    await kubectl.input(map('2'), ...apply('third', '--force-conflicts'));
    expect(await dataOf('shared')).toBe('{"key":"2"}');
    expect(await kubectl.path('{.metadata.managedFields[*].manager}', 'configmap', 'shared', '--show-managed-fields')).toBe('third');
  });

  it('keeps account of what controllers write under their names', async () => {
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const managers = await kubectl.path(
      '{range .metadata.managedFields[*]}{.manager}:{.operation}:{.subresource} {end}',
      'deployment',
      'web',
      '--show-managed-fields',
    );
    expect(managers).toMatch(/kubectl-client-side-apply:Update: /);
    expect(managers).toMatch(/kube-controller-manager:Update:status /);
    expect(managers).not.toMatch(/unknown/);
  });
});

describe('kubectl edit', () => {
  it('writes what the editor leaves, and nothing where nothing changes', async () => {
    await kubectl('create', 'configmap', 'edited', '--from-literal=key=before');
    const edit = (options: object) => kubectl.outcome(['edit', 'configmap', 'edited'], options);
    expect(await edit(await editor('change', 'sed -i s/before/after/ "$1"'))).toMatchObject({ code: 0, stdout: 'configmap/edited edited\n' });
    expect(await dataOf('edited')).toBe('{"key":"after"}');
    expect((await edit({ env: { KUBE_EDITOR: 'true' } })).stderr).toBe('Edit cancelled, no changes made.\n');
  });

  it('shows what is wrong, and gives up where nothing better comes', async () => {
    const { stderr } = await kubectl.outcome(['edit', 'deployment', 'web'], await editor('break', 'sed -i "s/replicas: 1/replicas: -1/" "$1"'));
    expect(stderr).toMatch(/deployments\.apps "web" is invalid/);
    expect(await kubectl.path('{.spec.replicas}', 'deployment', 'web')).toBe('1');
  });
});

describe('kubectl replace', () => {
  it('replaces the object, or with --force makes it anew', async () => {
    await kubectl.input(configMap('replaced', { a: '1' }), 'create', '-f', '-');
    const uid = await kubectl.path('{.metadata.uid}', 'configmap', 'replaced');
    expect(await kubectl.input(configMap('replaced', { b: '2' }), 'replace', '-f', '-')).toBe('configmap/replaced replaced\n');
    expect(await dataOf('replaced')).toBe('{"b":"2"}');
    expect(await kubectl.path('{.metadata.uid}', 'configmap', 'replaced')).toBe(uid);
    await kubectl.input(configMap('replaced', { c: '3' }), 'replace', '--force', '-f', '-');
    expect(await kubectl.path('{.metadata.uid}', 'configmap', 'replaced')).not.toBe(uid);
    expect(await kubectl.fails(['replace', '-f', '-'], configMap('none'))).toMatch(/configmaps "none" not found/);
    expect(await kubectl.fails(['create', '-f', '-'], configMap('replaced'))).toMatch(/configmaps "replaced" already exists/);
  });
});

describe('kubectl patch', () => {
  const patch = (type: string, body: unknown, ...more: string[]) => [
    'patch',
    'deployment',
    'web',
    `--type=${type}`,
    '-p',
    JSON.stringify(body),
    ...more,
  ];
  const names = () => kubectl.path('{.spec.template.spec.containers[*].name}', 'deployment', 'web');
  const containers = (list: readonly object[]) => ({ spec: { template: { spec: { containers: list } } } });

  it('of each type changes what it says: strategic merges lists by key, merge replaces them', async () => {
    await kubectl(...patch('strategic', containers([{ name: 'side', image: 'side:1' }])));
    expect(await names()).toBe('side web');
    await kubectl(...patch('strategic', containers([{ name: 'side', $patch: 'delete' }])));
    expect(await names()).toBe('web');
    await kubectl(...patch('merge', containers([{ name: 'only', image: 'only:1' }])));
    expect(await names()).toBe('only');
    await kubectl(
      ...patch('json', [
        { op: 'test', path: '/spec/replicas', value: 1 },
        { op: 'replace', path: '/spec/replicas', value: 0 },
      ]),
    );
    expect(await kubectl.path('{.spec.replicas}', 'deployment', 'web')).toBe('0');
    expect(await kubectl(...patch('merge', { spec: { replicas: 0 } }))).toBe('deployment.apps/web patched (no change)\n');
    await kubectl(...patch('merge', { spec: { replicas: 1 } }, '--subresource=scale'));
    expect(await kubectl.path('{.spec.replicas}', 'deployment', 'web')).toBe('1');
  });

  it('that does not apply is refused, and changes nothing', async () => {
    expect(await kubectl.fails(patch('json', [{ op: 'test', path: '/spec/replicas', value: 9 }]))).toMatch(
      /the server rejected our request due to an error in our request/,
    );
    expect(await kubectl.fails(patch('json', [{ op: 'remove', path: '/spec/none' }]))).toMatch(
      /the server rejected our request due to an error in our request/,
    );
    expect(await kubectl.fails(patch('merge', { spec: { replicas: 'x' } }))).toMatch(
      /cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas/,
    );
    expect(await kubectl.fails(patch('merge', { spec: { replicas: -1 } }))).toMatch(/spec\.replicas: Invalid value: -1/);
  });
});

describe('kubectl label, annotate and scale', () => {
  it('do not overwrite unless told to', async () => {
    for (const [verb, done] of [
      ['label', 'labeled'],
      ['annotate', 'annotated'],
    ] as const) {
      expect(await kubectl(verb, 'deployment', 'web', 'key=one')).toBe(`deployment.apps/web ${done}\n`);
      expect(await kubectl.fails([verb, 'deployment', 'web', 'key=two'])).toMatch(/--overwrite is false/);
      await kubectl(verb, 'deployment', 'web', 'key=two', '--overwrite');
      expect(await kubectl.path(`{.metadata.${verb === 'label' ? 'labels' : 'annotations'}.key}`, 'deployment', 'web')).toBe('two');
      await kubectl(verb, 'deployment', 'web', 'key-');
    }
  });

  it('say which name or value cannot be', async () => {
    expect(await kubectl.fails(['label', 'deployment', 'web', 'bad key=x'])).toMatch(/metadata\.labels: Invalid value: "bad key"/);
    expect(await kubectl.fails(['scale', 'deployment', 'web', '--replicas=-1'])).toMatch(/COUNT must be greater than or equal to 0/);
  });
});

describe('kubectl delete', () => {
  const tree = async (name: string, ...flags: string[]) => {
    await kubectl('create', 'deployment', name, '--image=web:1');
    await kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s');
    expect(await kubectl('delete', 'deployment', name, ...flags)).toMatch(new RegExp(`deployment\\.apps "${name}" deleted`));
  };
  const left = (name: string) => kubectl('get', 'replicasets,pods', '-l', `app=${name}`, '-o', 'name');

  it('takes dependents with it: behind its back, before it, or not at all', async () => {
    await tree('background');
    await eventually(async () => expect(await left('background')).toBe(''));
    await tree('foreground', '--cascade=foreground');
    expect(await left('foreground')).toBe('');
    await tree('orphan', '--cascade=orphan');
    expect(await left('orphan')).toMatch(/^replicaset\.apps\/orphan-\w+\npod\/orphan-\w+-\w{5}\n$/);
    expect(await kubectl.path('{.items[0].metadata.ownerReferences}', 'replicasets', '-l', 'app=orphan')).toBe('');
  });

  it('does nothing on a dry run, and does not mind what is gone where told so', async () => {
    expect(await kubectl('delete', 'deployment', 'web', '--dry-run=server')).toMatch(/\(server dry run\)/);
    await kubectl('get', 'deployment', 'web');
    expect(await kubectl.fails(['delete', 'deployment', 'none'])).toBe('Error from server (NotFound): deployments.apps "none" not found\n');
    expect(await kubectl('delete', 'deployment', 'none', '--ignore-not-found')).toBe('');
  });
});
