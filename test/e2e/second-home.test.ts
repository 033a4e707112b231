import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import { ROOT } from '../support/checkout.ts';
import { podProcess } from '../support/cluster/pod-process.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import { clientTools } from '../support/commands/client-tools.ts';
import type { Helm } from '../support/commands/helm.ts';
import { helmFor } from '../support/commands/helm.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { run } from '../support/commands/program.ts';
import { controllersImageArchive } from '../support/image/skiff-images.ts';
import { CHART, RELEASE_NAMESPACE } from '../support/second-home/second-home.ts';

(canRunContainers ? describe : describe.skip)('the chart on a real node, with the image that the Dockerfile makes', () => {
  let cluster: RealCluster;
  let helm: Helm;
  let system: Kubectl;
  beforeAll(async () => {
    cluster = await startRealCluster();
    const loaded = await cluster.skiff('image', 'load', controllersImageArchive());
    if (loaded.code !== 0) throw new Error(`skiff image load: ${loaded.stderr}`);
    helm = helmFor(cluster.kubectl.kubeconfig, RELEASE_NAMESPACE);
    system = cluster.kubectl.in(RELEASE_NAMESPACE);
  });
  afterAll(() => cluster?.down());

  const pods = async () => (await system.path('{.items[*].metadata.name}', 'pods', '-l', 'app.kubernetes.io/name=skiff')).split(' ').sort();
  const leader = async () => (await system.path('{.spec.holderIdentity}', 'lease', 'skiff-controllers')).split('_')[0] ?? '';

  it('is installed, and passes its own test in a pod', async () => {
    const image = 'image.repository=docker.io/library/skiff-controllers';
    await helm('install', 'skiff', CHART, '--create-namespace', '--set', image, '--wait', '--timeout', '110s');
    expect(await pods()).toHaveLength(2);
    expect(await helm('test', 'skiff', '--timeout', '60s')).toMatch(/Phase: +Succeeded/);
  });

  it('keeps what the tour promises of workloads', async () => {
    const env = {
      KUBECTL: `${join(clientTools(), 'kubectl')} --kubeconfig ${cluster.kubectl.kubeconfig}`,
      IMAGE: web(1),
      IMAGE_2: web(2),
    };
    const { code, stderr } = await run('sh', [join(ROOT, 'test', 'second-home-tour.sh'), 'workloads'], { env, timeoutMs: 590_000 });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }, 600_000);

  it('goes on under another leader when the leader is killed, and does nothing twice', async () => {
    const kubectl = await cluster.namespace('survivors');
    const first = await leader();
    process.kill(podProcess(first), 'SIGKILL');
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: web() }] } };
    const spec = { replicas: 3, selector: { matchLabels: { app: 'web' } }, template };
    await kubectl.input({ apiVersion: 'skiff.dev/v1', kind: 'Deployment', metadata: { name: 'web' }, spec }, 'create', '-f', '-');
    await eventually(async () => expect(await kubectl.path('{.status.availableReplicas}', 'sdep', 'web')).toBe('3'));
    expect(await leader()).not.toBe(first);
    expect((await kubectl('get', 'pods', '-o', 'name')).trim().split('\n')).toHaveLength(3);
    await kubectl('delete', 'sdep', 'web');
    await eventually(async () => expect(await kubectl('get', 'srs,pods', '-o', 'name')).toBe(''));
  });

  it('is upgraded and rolled back', async () => {
    await helm('upgrade', 'skiff', CHART, '--reuse-values', '--set', 'logLevel=debug', '--wait', '--timeout', '110s');
    expect(await system.path('{.spec.template.spec.containers[0].args}', 'deploy', 'skiff')).toMatch(/--log-level=debug/);
    await helm('rollback', 'skiff', '--wait', '--timeout', '110s');
    expect(await system.path('{.spec.template.spec.containers[0].args}', 'deploy', 'skiff')).toMatch(/--log-level=info/);
  });

  it('is uninstalled with everything gone', async () => {
    await helm('upgrade', 'skiff', CHART, '--reuse-values', '--set', 'crds.keep=false', '--wait', '--timeout', '110s');
    await helm('uninstall', 'skiff', '--wait', '--timeout', '60s');
    await eventually(async () =>
      expect(await system('get', 'all,secrets,configmaps,roles,rolebindings', '-l', 'app.kubernetes.io/instance=skiff', '-o', 'name')).toBe(''),
    );
    await eventually(async () =>
      expect(await cluster.kubectl('get', 'crd,clusterrole,clusterrolebinding', '-l', 'app.kubernetes.io/instance=skiff', '-o', 'name')).toBe(''),
    );
    await cluster.kubectl('delete', 'namespace', RELEASE_NAMESPACE, '--timeout=60s');
  });
});
