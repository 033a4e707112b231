import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Helm } from '../support/commands/helm.ts';
import { helmFor } from '../support/commands/helm.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { run } from '../support/commands/program.ts';
import { deployment } from '../support/manifests.ts';
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
    /** helm waits for the ReplicaSet; the Deployment counts later, and the pods that are to go a while longer. */
    const shows = (columns: RegExp) => eventually(async () => expect(await kubectl('get', 'deploy')).toMatch(columns));

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
        '60s',
      );
      expect(out).toMatch(/STATUS: deployed\nREVISION: 1/);
      await shows(/ 1\/1 +1 +1 /);
      expect(await kubectl.path('{.data.revision}', 'configmap', 'before')).toBe('1');
      await eventually(async () => expect(await kubectl('get', 'pods', '-o', 'name')).not.toMatch(/pod\/after/));
    });

    it('is listed, has a status and passes its test', async () => {
      expect(await releases()).toMatchObject([{ name: 'web', namespace, revision: '1', status: 'deployed' }]);
      expect(await helm('status', 'web')).toMatch(/STATUS: deployed/);
      expect(await helm('test', 'web')).toMatch(/Phase: +Succeeded/);
    });

    it('is upgraded, and rolled back to what it was', async () => {
      await helm('upgrade', 'web', chart, '--reuse-values', '--set', 'replicaCount=3,image.tag=v2', '--wait', '--timeout', '60s');
      await shows(/ 3\/3 +3 +3 /);
      expect(await kubectl.path('{.data.revision}', 'configmap', 'before')).toBe('2');
      expect(await helm('rollback', 'web', '1', '--wait', '--timeout', '60s')).toMatch(/Rollback was a success/);
      await shows(/ 1\/1 +1 +1 /);
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
    const ROLES = 'clusterrole,clusterrolebinding,role,rolebinding,serviceaccount,deploy,svc,lease';

    it('has nothing that lint complains of, whatever is set', async () => {
      const set = [
        '--set',
        'leaderElection.enabled=false,replicas=1,metrics.annotations=false,controllers={deployment-controller,replicaset-controller},serviceAccount.name=other',
      ];
      expect(await helm('lint', '--strict', CHART)).toMatch(/0 chart\(s\) failed/);
      expect(await helm('lint', '--strict', CHART, ...set)).toMatch(/0 chart\(s\) failed/);
      const manifests = await helm('template', 'x', CHART, ...set);
      for (const text of ['--no-leader-elect', '--controller=deployment-controller', 'serviceAccountName: other', 'name: x-skiff'])
        expect(manifests).toContain(text);
      expect(manifests).not.toContain('prometheus.io/scrape');
    });

    it('refuses values that it does not know or that are of another type, by their names', async () => {
      const refused = async (values: string) => helm.fails('template', 'x', CHART, '--set', values);
      expect(await refused('replcas=3')).toMatch(/replcas/);
      expect(await refused('image.pullPolicy=Sometimes')).toMatch(/pullPolicy/);
      expect(await refused('metrics.port=0')).toMatch(/port/);
      expect(await refused('leaderElection.enabled=false')).toMatch(/replicas must be 1 while leaderElection\.enabled is false/);
    });

    it('needs no file outside its folder, and has all that is asked for', async () => {
      const alone = join(directory, `alone-${version}`);
      cpSync(CHART, alone, { recursive: true, dereference: false });
      const everything = [
        'metrics.secure.enabled=true',
        'metrics.serviceMonitor.enabled=true',
        'metrics.prometheusRule.enabled=true',
        'metrics.dashboard.enabled=true',
        'networkPolicy.enabled=true',
        'webhook.enabled=true',
        'watchNamespaces={a,b}',
        'crds.categoryAll=true',
        `image.digest=sha256:${'0'.repeat(64)}`,
        'priorityClassName=system-cluster-critical',
      ];
      const manifests = (await helm('template', 'x', alone, '--set', everything.join(','))).split('\n---\n').map((text) => parse(text));
      const kinds = manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`);
      for (const wanted of [
        'Role a x-skiff',
        'Role b x-skiff',
        `ServiceMonitor ${namespace} x-skiff`,
        `PrometheusRule ${namespace} x-skiff`,
        `NetworkPolicy ${namespace} x-skiff`,
        `PodDisruptionBudget ${namespace} x-skiff`,
        `ConfigMap ${namespace} x-skiff-dashboard`,
        'ValidatingWebhookConfiguration  x-skiff',
        'ClusterRole  x-skiff-metrics-reader',
        'CustomResourceDefinition  deployments.skiff.dev',
      ])
        expect(kinds).toContain(wanted);
      const crd = manifests.find(({ metadata }) => metadata.name === 'deployments.skiff.dev');
      expect(crd.metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
      expect(crd.spec.names.categories).toEqual(['skiff', 'all']);
      const [controllers] = manifests.find(({ kind }) => kind === 'Deployment').spec.template.spec.containers;
      expect(controllers.image).toBe(`skiff-controllers@sha256:${'0'.repeat(64)}`);
      const rules = manifests.find(({ kind }) => kind === 'PrometheusRule').spec;
      const file = join(directory, 'rules.yaml');
      writeFileSync(file, JSON.stringify(rules));
      expect(await run('promtool', ['check', 'rules', file])).toMatchObject({ code: 0, stdout: expect.stringMatching(/7 rules found/) });
    });

    it('is installed with its kinds, as a package too', async () => {
      const tarball = (await helm('package', CHART, '--destination', directory)).trim().split(': ').at(-1) ?? '';
      await helm('install', 'skiff', tarball, '--create-namespace', '--wait', '--timeout', '60s');
      await eventually(async () => expect(await kubectl('get', 'deploy', 'skiff')).toMatch(/skiff +2\/2 /));
      expect(await cluster.kubectl('get', 'crds', '-o', 'name')).toMatch(/deployments\.skiff\.dev[\s\S]*services\.skiff\.dev/);
      expect(await cluster.kubectl('get', 'deployments.skiff.dev', '-A')).toBe('');
    });

    it('is upgraded and rolled back, its kinds too', async () => {
      const categories = () => cluster.kubectl.path('{.spec.names.categories}', 'crd', 'deployments.skiff.dev');
      const workload = () => kubectl.path('{.status.readyReplicas} {.spec.template.spec.containers[0].args}', 'deploy', 'skiff');
      expect(await categories()).toBe('["skiff"]');
      await helm('upgrade', 'skiff', CHART, '--set', 'replicas=1,logLevel=debug,crds.categoryAll=true', '--wait', '--timeout', '60s');
      await eventually(async () => expect(await workload()).toMatch(/^1 .*--log-level=debug/));
      expect(await categories()).toBe('["skiff","all"]');
      await helm('rollback', 'skiff', '--wait', '--timeout', '60s');
      await eventually(async () => expect(await workload()).toMatch(/^2 .*--log-level=info/));
      expect(await categories()).toBe('["skiff"]');
    });

    it('is uninstalled; the kinds stay, and with them what users made of them', async () => {
      await helm('uninstall', 'skiff', '--wait');
      expect(await kubectl('get', ROLES, '-l', 'app.kubernetes.io/instance=skiff', '-o', 'name')).toBe('');
      expect(await cluster.kubectl('get', 'crd', 'deployments.skiff.dev', '-o', 'name')).toBe(
        'customresourcedefinition.apiextensions.k8s.io/deployments.skiff.dev\n',
      );
    });

    it('takes the kinds up again, and takes them with it where that is asked for', async () => {
      await helm('install', 'skiff', CHART, '--set', 'crds.keep=false', '--wait', '--timeout', '60s');
      await kubectl.input({ ...deployment('users', 1), apiVersion: 'skiff.dev/v1' }, 'create', '-f', '-');
      await helm('uninstall', 'skiff', '--wait');
      await eventually(async () => expect(await cluster.kubectl('get', 'crd', '-o', 'name')).toBe(''));
      expect(await kubectl('get', ROLES, '-l', 'app.kubernetes.io/instance=skiff', '-o', 'name')).toBe('');
    });
  });
});
