import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leases } from '../../api/kinds/coordination/lease.ts';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { Client } from '../../runtime/client/client.ts';
import { createHttpsClient } from '../../runtime/client/https-client.ts';
import { kubeconfigCredentials } from '../../runtime/client/kubeconfig.ts';
import { ROOT } from '../support/checkout.ts';
import { podProcess } from '../support/cluster/pod-process.ts';
import type { RealCluster } from '../support/cluster/real-cluster.ts';
import { canRunContainers, startRealCluster, web } from '../support/cluster/real-cluster.ts';
import { clientTools } from '../support/commands/client-tools.ts';
import type { Helm } from '../support/commands/helm.ts';
import { helmFor } from '../support/commands/helm.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { ONE_PROCESSOR, run } from '../support/commands/program.ts';
import { controllersImageArchive } from '../support/image/skiff-images.ts';
import { CHART, RELEASE_NAMESPACE } from '../support/second-home/second-home.ts';

/** The controllers that the chart brings, but for those that its own Deployment needs. */
const SWITCHED_OFF = ['replicationcontroller-controller', 'resourcequota-controller'];
const WAIT = ['--wait', '--timeout', '110s'];
/** Each of the dozen pods that are waited for would take up to five seconds longer with the chart's own period. */
const VALUES = ['image.repository=docker.io/library/skiff-controllers', 'readinessProbe.periodSeconds=1'];

(canRunContainers ? describe : describe.skip)('the chart on a real node, with the image that the Dockerfile makes', () => {
  let cluster: RealCluster;
  let client: Client;
  let system: Kubectl;
  beforeAll(async () => {
    cluster = await startRealCluster({ args: [`--server-arg=--controllers=*,${SWITCHED_OFF.map((name) => `-${name}`).join(',')}`] });
    const loaded = await cluster.skiff('image', 'load', controllersImageArchive());
    if (loaded.code !== 0) throw new Error(`skiff image load: ${loaded.stderr}`);
    client = createHttpsClient({ ...(await kubeconfigCredentials(cluster.kubectl.kubeconfig)), userAgent: 'skiff-test' });
    system = cluster.kubectl.in(RELEASE_NAMESPACE);
  }, 300_000);
  afterAll(() => cluster?.down());

  const pods = async () => (await system.path('{.items[*].metadata.name}', 'pods', '-l', 'app.kubernetes.io/name=skiff')).split(' ').sort();
  const lease = async () => (await client.get(leases, { namespace: RELEASE_NAMESPACE, name: 'skiff-controllers' })).spec;
  const left = (kubectl: Kubectl, kinds: string) => kubectl('get', kinds, '-l', 'app.kubernetes.io/instance=skiff', '-o', 'name');

  describe.each([4, 3] as const)('by helm %i', (version) => {
    let helm: Helm;
    beforeAll(() => {
      helm = helmFor(cluster.kubectl.kubeconfig, RELEASE_NAMESPACE, version);
    });

    it('is installed, and passes its own test in a pod', async () => {
      await helm('install', 'skiff', CHART, '--create-namespace', ...VALUES.flatMap((value) => ['--set', value]), ...WAIT);
      expect(await pods()).toHaveLength(2);
      expect(await helm('test', 'skiff', '--timeout', '60s')).toMatch(/Phase: +Succeeded/);
    });

    if (version === 4) {
      it('keeps all that the tour promises: workloads, traffic, quotas, refusals', async () => {
        const env = {
          ...ONE_PROCESSOR,
          KUBECTL: `${join(clientTools(), 'kubectl')} --kubeconfig ${cluster.kubectl.kubeconfig}`,
          IMAGE: web(1),
          IMAGE_2: web(2),
        };
        const { code, stdout, stderr } = await run('sh', [join(ROOT, 'test', 'second-home-tour.sh')], { env, timeoutMs: 590_000 });
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        expect(stdout.match(/^ok: .* is refused$/gm)?.length).toBeGreaterThanOrEqual(22);
      }, 600_000);

      it('goes on under another leader when the leader is killed, and does nothing twice', async () => {
        const kubectl = await cluster.namespace('survivors');
        const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: web() }] } };
        const spec = { replicas: 1, selector: { matchLabels: { app: 'web' } }, template };
        await kubectl.input({ apiVersion: 'skiff.dev/v1', kind: 'Deployment', metadata: { name: 'web' }, spec }, 'create', '-f', '-');
        await kubectl('wait', 'sdep/web', '--for=condition=Available', '--timeout=60s');
        const holder = (await lease())?.holderIdentity ?? '';
        process.kill(podProcess(holder.split('_')[0] ?? ''), 'SIGKILL');
        // The webhook of the killed replica may be asked until its readiness is known.
        await eventually(() => kubectl('scale', 'sdep/web', '--replicas=3'));
        let renewed = '';
        const next = await eventually(async () => {
          const seen = await lease();
          if (seen?.holderIdentity === holder) renewed = seen.renewTime ?? '';
          expect(seen?.holderIdentity).not.toBe(holder);
          return seen;
        });
        // That it takes under 16 s is tested with a clock of the test's own (cli/config/concept-election.test.ts).
        expect(Date.parse(next?.acquireTime ?? '') - Date.parse(renewed)).toBeLessThan(60_000);
        await eventually(async () => expect(await kubectl.path('{.status.availableReplicas}', 'sdep', 'web')).toBe('3'));
        const events = () => kubectl('get', 'events', '--field-selector', 'reason=SuccessfulCreate', '-o', 'name');
        await eventually(async () => expect((await events()).trim().split('\n')).toHaveLength(3));
        expect((await kubectl('get', 'srs,pods', '-o', 'name')).trim().split('\n')).toHaveLength(4);
        await kubectl('delete', 'sdep', 'web');
        await eventually(async () => expect(await kubectl('get', 'srs,pods', '-o', 'name')).toBe(''));
      });
    }

    it('is upgraded and rolled back', async () => {
      await helm('upgrade', 'skiff', CHART, '--reuse-values', '--set', 'logLevel=debug', ...WAIT);
      expect(await system.path('{.spec.template.spec.containers[0].args}', 'deploy', 'skiff')).toMatch(/--log-level=debug/);
      await helm('rollback', 'skiff', ...WAIT);
      expect(await system.path('{.spec.template.spec.containers[0].args}', 'deploy', 'skiff')).toMatch(/--log-level=info/);
    });

    it('is uninstalled with everything gone', async () => {
      await helm('upgrade', 'skiff', CHART, '--reuse-values', '--set', 'crds.keep=false', ...WAIT);
      await helm('uninstall', 'skiff', '--wait', '--timeout', '60s');
      await eventually(async () => expect(await left(system, 'all,secrets,configmaps,roles,rolebindings')).toBe(''));
      expect(await system('get', 'leases', '-o', 'name')).toBe('');
      await eventually(async () => expect(await left(cluster.kubectl, 'crd,clusterrole,clusterrolebinding')).toBe(''));
      await cluster.kubectl('delete', 'namespace', RELEASE_NAMESPACE, '--timeout=60s');
    });
  });
});
