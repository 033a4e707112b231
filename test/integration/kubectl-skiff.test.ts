import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import { ROOT } from '../support/checkout.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { clientTools } from '../support/commands/client-tools.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import type { Outcome } from '../support/commands/program.ts';
import { run } from '../support/commands/program.ts';
import { deployment, replicationController, service } from '../support/manifests.ts';
import type { SecondHome } from '../support/second-home/second-home.ts';
import { startSecondHome } from '../support/second-home/second-home.ts';

/** Runs `kubectl skiff …`: the stock kubectl finds the plugin in the PATH. */
const plugin = (kubectl: Kubectl, namespace: string, ...args: readonly string[]): Promise<Outcome> =>
  run(join(clientTools(), 'kubectl'), ['skiff', ...args, '-n', namespace], {
    env: { KUBECONFIG: kubectl.kubeconfig, PATH: `${ROOT}:${process.env.PATH ?? ''}` },
    timeoutMs: 120_000,
  });

describe('kubectl skiff, on the cluster’s own kinds', () => {
  const NAMESPACE = 'builtin';
  let cluster: KubectlCluster;
  let kubectl: Kubectl;
  beforeAll(async () => {
    cluster = await startKubectlCluster({ nodes: 2 });
    kubectl = await cluster.namespace(NAMESPACE);
    await kubectl.input(deployment('web', 3), 'create', '-f', '-');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
  });
  afterAll(() => cluster?.stop());

  /** Runs a command by kubectl itself and by the plugin, and expects the same. */
  const same = async (...args: readonly string[]) => {
    const [stock, ours] = [await kubectl.outcome(args), await plugin(kubectl, NAMESPACE, ...args)];
    expect(ours).toEqual(stock);
    return stock;
  };

  it.each([
    ['rollout', 'status', 'deployment/web'],
    ['rollout', 'history', 'deployment/web'],
    ['rollout', 'history', 'deployment/web', '--revision=1'],
    ['rollout', 'history', 'deployment/web', '--revision=7'],
    ['rollout', 'undo', 'deployment/web'],
    ['rollout', 'undo', 'deployment/web', '--to-revision=1'],
    ['rollout', 'undo', 'deployment/web', '--to-revision=9'],
    ['rollout', 'resume', 'deployment/web'],
    ['rollout', 'pause', 'deployment/none'],
    ['rollout', 'status', 'widgets/web'],
    ['rollout', 'status'],
    ['set', 'image', 'deployment/web', 'sidecar=x:1'],
    ['set', 'image', 'deployment/web'],
    ['rollout', 'restart', 'replicaset/none'],
  ])('%s %s %s %s does and says what kubectl does', async (...args) => {
    await same(...args.filter((arg) => arg !== undefined));
  });

  it('changes an image, pauses, refuses, resumes and rolls back as kubectl does', async () => {
    const image = () => kubectl.path('{.spec.template.spec.containers[0].image}', 'deployment/web');
    expect(await plugin(kubectl, NAMESPACE, 'set', 'image', 'deployment/web', '*=web:2')).toMatchObject({
      code: 0,
      stdout: 'deployment.apps/web image updated\n',
    });
    expect(await image()).toBe('web:2');
    expect((await plugin(kubectl, NAMESPACE, 'rollout', 'status', 'deploy', 'web')).stdout).toMatch(/deployment "web" successfully rolled out\n$/);
    await same('rollout', 'history', 'deployment/web');
    expect((await plugin(kubectl, NAMESPACE, 'rollout', 'pause', 'deployment/web')).stdout).toBe('deployment.apps/web paused\n');
    for (const verb of ['pause', 'undo', 'restart']) expect((await same('rollout', verb, 'deployment/web')).code).toBe(1);
    expect((await plugin(kubectl, NAMESPACE, 'rollout', 'resume', 'deployment/web')).stdout).toBe('deployment.apps/web resumed\n');
    expect((await plugin(kubectl, NAMESPACE, 'rollout', 'undo', 'deployment/web', '--dry-run=server')).stdout).toBe(
      'deployment.apps/web rolled back (server dry run)\n',
    );
    expect(await image()).toBe('web:2');
    expect((await plugin(kubectl, NAMESPACE, 'rollout', 'undo', 'deployment/web')).stdout).toBe('deployment.apps/web rolled back\n');
    expect(await image()).toBe('web:1');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    await same('rollout', 'history', 'deployment/web');
  });

  it('names the commands it has, and refuses others', async () => {
    expect(await plugin(kubectl, NAMESPACE, '--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('kubectl skiff why') });
    expect(await plugin(kubectl, NAMESPACE, 'rollout', 'jump')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: unknown command "rollout jump"/),
    });
    expect((await plugin(kubectl, NAMESPACE, 'why', 'deployment/web', '--revision=1')).stderr).toBe('error: unknown flag: --revision\n');
  });
});

describe('kubectl skiff, on the kinds of skiff.dev', () => {
  const NAMESPACE = 'second-home';
  let home: SecondHome;
  let kubectl: Kubectl;
  const skiff = (...args: readonly string[]) => plugin(kubectl, NAMESPACE, ...args);
  const said = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await skiff(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const inSkiffDev = (manifest: object) => ({ ...manifest, apiVersion: 'skiff.dev/v1' });
  beforeAll(async () => {
    home = await startSecondHome();
    kubectl = await home.namespace(NAMESPACE);
    await kubectl.input(inSkiffDev(deployment('web', 2)), 'create', '-f', '-');
  });
  afterAll(() => home?.stop());

  it('says why nothing happens before the controllers run', async () => {
    expect(await said('why', 'sdep/web')).toMatch(
      /^deployment\.skiff\.dev\/web: 0 of 2 replicas available\n {2}the latest change \(generation 1\) has not been observed: do skiff's controllers run\?\n$/,
    );
    expect(await skiff('rollout', 'status', 'deployment/web', '--timeout=1s')).toEqual({
      code: 1,
      stdout: 'Waiting for deployment spec update to be observed...\n',
      stderr: 'error: timed out waiting for the condition\n',
    });
  });

  it('follows a rollout to its end', async () => {
    await home.startReplica();
    expect(await said('rollout', 'status', 'deployment/web', '--timeout=60s')).toMatch(/deployment "web" successfully rolled out\n$/);
    expect(await said('why', 'deployment', 'web')).toBe('deployment.skiff.dev/web: 2 of 2 replicas available\n');
  });

  it('changes images, keeps a history, and goes back', async () => {
    expect(await said('set', 'image', 'deployment/web', 'web=web:2')).toBe('deployment.skiff.dev/web image updated\n');
    await said('rollout', 'status', 'sdep/web', '--timeout=60s');
    expect(await said('rollout', 'history', 'sdep/web')).toBe(
      'deployment.skiff.dev/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n',
    );
    expect(await said('rollout', 'history', 'sdep/web', '--revision=2')).toMatch(
      /^deployment\.skiff\.dev\/web with revision #2\nPod Template:\n {2}Labels:\tapp=web\n\tpod-template-hash=\w+\n[\s\S]* {4}Image:\tweb:2\n/,
    );
    expect(await said('rollout', 'undo', 'sdep/web')).toBe('deployment.skiff.dev/web rolled back\n');
    await said('rollout', 'status', 'sdep/web', '--timeout=60s');
    expect(await kubectl.path('{.spec.template.spec.containers[0].image}', 'sdep/web')).toBe('web:1');
    expect(await said('rollout', 'undo', 'sdep/web', '--to-revision=3')).toBe(
      'deployment.skiff.dev/web skipped rollback (current template already matches revision 3)\n',
    );
  });

  it('pauses, resumes and restarts', async () => {
    expect(await said('rollout', 'pause', 'sdep/web')).toBe('deployment.skiff.dev/web paused\n');
    expect((await skiff('rollout', 'pause', 'sdep/web')).stderr).toBe('error: deployments.skiff.dev "web" is already paused\n');
    expect(await said('why', 'sdep/web')).toMatch(/the rollout is paused: kubectl skiff rollout resume deployment\.skiff\.dev\/web/);
    expect(await said('rollout', 'resume', 'sdep/web')).toBe('deployment.skiff.dev/web resumed\n');
    const before = await kubectl.path('{.items[*].metadata.name}', 'pods', '-l', 'app=web');
    expect(await said('rollout', 'restart', 'sdep/web')).toBe('deployment.skiff.dev/web restarted\n');
    await said('rollout', 'status', 'sdep/web', '--timeout=60s');
    await eventually(async () => {
      const after = (await kubectl.path('{.items[*].metadata.name}', 'pods', '-l', 'app=web')).split(' ');
      expect(after.filter((name) => before.includes(name))).toEqual([]);
    });
  });

  it('changes the image of a ReplicationController', async () => {
    await kubectl.input(inSkiffDev(replicationController('rc', 1)), 'create', '-f', '-');
    expect(await said('set', 'image', 'src/rc', '*=other:1')).toBe('replicationcontroller.skiff.dev/rc image updated\n');
    expect((await skiff('rollout', 'status', 'src/rc')).stderr).toBe(
      'error: no status viewer has been implemented for ReplicationController.skiff.dev\n',
    );
  });

  it('follows what is wrong to its cause', async () => {
    const template = {
      metadata: { labels: { app: 'nowhere' } },
      spec: { nodeSelector: { no: 'such-node' }, containers: [{ name: 'web', image: 'web:1' }] },
    };
    await kubectl.input(inSkiffDev(deployment('nowhere', 3, { template })), 'create', '-f', '-');
    await eventually(async () =>
      expect(await said('why', 'sdep/nowhere')).toMatch(
        /^deployment\.skiff\.dev\/nowhere: 0 of 3 replicas available\n[\s\S]* {2}replicaset\.skiff\.dev\/nowhere-\w+: 0 of 3 pods ready\n {4}pod\/nowhere-\S+ and 2 others: not scheduled: 0\/2 nodes are available/,
      ),
    );
    await kubectl.input(inSkiffDev(service('nobody', { selector: { app: 'nobody' } })), 'create', '-f', '-');
    await eventually(async () =>
      expect(await said('why', 'ssvc/nobody')).toBe('service.skiff.dev/nobody: 0 of 0 endpoints ready\n  no pod has the labels app=nobody\n'),
    );
  });
});
