import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Helm } from '../support/commands/helm.ts';
import { helmFor } from '../support/commands/helm.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { CHART } from '../support/second-home/second-home.ts';

let cluster: KubectlCluster;
let directory: string;
beforeAll(async () => {
  cluster = await startKubectlCluster({ nodes: 2 });
  directory = mkdtempSync(join(tmpdir(), 'skiff-charts-'));
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Hooks around an installation: an object before it, a pod that runs to its end after it. */
const HOOKS = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: before
  annotations: { helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-weight: "-5", helm.sh/hook-delete-policy: before-hook-creation }
data: { revision: "{{ .Release.Revision }}" }
---
apiVersion: v1
kind: Pod
metadata:
  name: after
  annotations:
    helm.sh/hook: post-install,post-upgrade
    helm.sh/hook-delete-policy: hook-succeeded
    simulated.skiff.dev/run-for: "10"
spec:
  restartPolicy: Never
  containers: [{ name: after, image: "after:1" }]
`;

/** Makes the chart of `helm create`, with the tests' image and hooks. Its test pod ends by itself on a simulated node. */
async function ordinaryChart(helm: Helm, name: string): Promise<string> {
  const chart = join(directory, name);
  await helm('create', chart);
  writeFileSync(join(chart, 'templates', 'hooks.yaml'), HOOKS);
  const test = join(chart, 'templates', 'tests', 'test-connection.yaml');
  writeFileSync(
    test,
    readFileSync(test, 'utf8').replace(
      '"helm.sh/hook": test',
      '"helm.sh/hook": test\n    simulated.skiff.dev/run-for: "10"\n    helm.sh/hook-delete-policy: hook-succeeded',
    ),
  );
  return chart;
}

describe.each([4, 3] as const)('helm %i', (version) => {
  const namespace = `helm-${version}`;
  let helm: Helm;
  let kubectl: Kubectl;
  beforeAll(() => {
    helm = helmFor(cluster.kubeconfigPath, namespace, version);
    kubectl = cluster.kubectl.in(namespace);
  });
  const releases = async (...args: string[]): Promise<unknown[]> => JSON.parse(await helm('list', '-o', 'json', ...args));
  const statuses = async (name: string): Promise<string[]> =>
    JSON.parse(await helm('history', name, '-o', 'json')).map(({ status }: { status: string }) => status);

  describe('and an ordinary chart', () => {
    let chart: string;

    it('is installed, and is ready when --wait says so', async () => {
      chart = await ordinaryChart(helm, `web-${version}`);
      const out = await helm(
        'install',
        'web',
        chart,
        '--create-namespace',
        '--set',
        'image.repository=web,image.tag=v1',
        '--wait',
        '--timeout',
        '20s',
      );
      expect(out).toMatch(/STATUS: deployed\nREVISION: 1/);
      expect(await kubectl('get', 'deploy')).toMatch(/ 1\/1 +1 +1 /);
      expect(await kubectl.path('{.data.revision}', 'configmap', 'before')).toBe('1');
      expect(await kubectl('get', 'pods', '-o', 'name')).not.toMatch(/pod\/after/);
    });

    it('is listed, has a status and passes its test', async () => {
      expect(await releases()).toMatchObject([{ name: 'web', namespace, revision: '1', status: 'deployed' }]);
      expect(await helm('status', 'web')).toMatch(/STATUS: deployed/);
      expect(await helm('test', 'web')).toMatch(/Phase: +Succeeded/);
    });

    it('is upgraded, and rolled back to what it was', async () => {
      await helm('upgrade', 'web', chart, '--reuse-values', '--set', 'replicaCount=3,image.tag=v2', '--wait', '--timeout', '20s');
      expect(await kubectl('get', 'deploy')).toMatch(/ 3\/3 +3 +3 /);
      expect(await kubectl.path('{.data.revision}', 'configmap', 'before')).toBe('2');
      expect(await helm('rollback', 'web', '1', '--wait', '--timeout', '20s')).toMatch(/Rollback was a success/);
      expect(await kubectl('get', 'deploy')).toMatch(/ 1\/1 +1 +1 /);
      expect(await kubectl.path('{.items[*].spec.template.spec.containers[0].image}', 'deploy')).toBe('web:v1');
      expect(await statuses('web')).toEqual(['superseded', 'superseded', 'deployed']);
    });

    it('that the server refuses fails, says why, and leaves what was there', async () => {
      expect(await helm.fails('upgrade', 'web', chart, '--reuse-values', '--set', 'service.port=99999')).toMatch(
        /99999.*must be between 1 and 65535/,
      );
      expect((await statuses('web')).at(-1)).toBe('failed');
      expect(await kubectl.path('{.items[*].spec.ports[0].port}', 'svc')).toBe('80');
    });

    it('that does not become ready in time fails, and goes back by itself where that was asked', async () => {
      const back = version === 4 ? '--rollback-on-failure' : '--atomic';
      const never = ['--set', 'nodeSelector.no=such-node', '--timeout', '3s'];
      expect(await helm.fails('upgrade', 'web', chart, '--reuse-values', '--set', 'service.port=80', ...never, '--wait', back)).toMatch(
        /rolled back|deadline|timed out/,
      );
      expect((await statuses('web')).at(-1)).toBe('deployed');
      expect(await kubectl.path('{.items[*].spec.template.spec.nodeSelector}', 'deploy')).toBe('');
    });

    it('is uninstalled, with all it made', async () => {
      expect(await helm('uninstall', 'web', '--wait')).toMatch(/release "web" uninstalled/);
      expect(await releases()).toEqual([]);
      await eventually(async () => expect(await kubectl('get', 'deploy,rs,pods,svc', '-l', 'app.kubernetes.io/instance=web', '-o', 'name')).toBe(''));
    });
  });

  describe("and skiff's own chart", () => {
    const ROLES = 'clusterrole,clusterrolebinding,role,rolebinding,serviceaccount,deploy,svc';

    it('has nothing that lint complains of, whatever is set', async () => {
      const set = [
        '--set',
        'leaderElection.enabled=false,metrics.annotations=false,controllers={deployment-controller,replicaset-controller},serviceAccount.name=other',
      ];
      expect(await helm('lint', '--strict', CHART)).toMatch(/0 chart\(s\) failed/);
      expect(await helm('lint', '--strict', CHART, ...set)).toMatch(/0 chart\(s\) failed/);
      const manifests = await helm('template', 'x', CHART, ...set);
      for (const text of ['--no-leader-elect', '--controller=deployment-controller', 'serviceAccountName: other', 'name: x-skiff'])
        expect(manifests).toContain(text);
      expect(manifests).not.toContain('prometheus.io/scrape');
    });

    it('is installed with its kinds, as a package too', async () => {
      const tarball = (await helm('package', CHART, '--destination', directory)).trim().split(': ').at(-1) ?? '';
      await helm('install', 'skiff', tarball, '--create-namespace', '--wait', '--timeout', '20s');
      expect(await kubectl('get', 'deploy', 'skiff')).toMatch(/skiff +2\/2 /);
      expect(await cluster.kubectl('get', 'crds', '-o', 'name')).toMatch(/deployments\.skiff\.dev[\s\S]*services\.skiff\.dev/);
      expect(await cluster.kubectl('get', 'deployments.skiff.dev', '-A')).toBe('');
    });

    it('is upgraded and rolled back', async () => {
      await helm('upgrade', 'skiff', CHART, '--set', 'replicas=1,logLevel=debug', '--wait', '--timeout', '20s');
      expect(await kubectl.path('{.status.readyReplicas} {.spec.template.spec.containers[0].args}', 'deploy', 'skiff')).toMatch(
        /^1 .*--log-level=debug/,
      );
      await helm('rollback', 'skiff', '--wait', '--timeout', '20s');
      expect(await kubectl.path('{.status.readyReplicas} {.spec.template.spec.containers[0].args}', 'deploy', 'skiff')).toMatch(
        /^2 .*--log-level=info/,
      );
    });

    it('is uninstalled; the kinds stay, and with them what users made of them', async () => {
      await helm('uninstall', 'skiff', '--wait');
      expect(await kubectl('get', ROLES, '-l', 'app.kubernetes.io/instance=skiff', '-o', 'name')).toBe('');
      expect(await cluster.kubectl('get', 'crd', 'deployments.skiff.dev', '-o', 'name')).toBe(
        'customresourcedefinition.apiextensions.k8s.io/deployments.skiff.dev\n',
      );
    });
  });
});
