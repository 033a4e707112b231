import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { container, daemonSet, replicaSet } from '../support/manifests.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster({ nodes: 3 });
  kubectl = await cluster.namespace('daemons');
});
afterAll(() => cluster.stop());

const rolledOut = (name: string) => kubectl('rollout', 'status', `daemonset/${name}`, '--timeout=120s');
const lines = (text: string) => text.split('\n').filter((line) => line !== '');
const nodesOf = async (app: string) =>
  lines(await kubectl('get', 'pods', '-l', `app=${app}`, '-o', 'jsonpath={range .items[*]}{.spec.nodeName}{"\\n"}{end}')).sort();
const imagesOf = async (app: string) =>
  lines(await kubectl('get', 'pods', '-l', `app=${app}`, '-o', 'jsonpath={range .items[*]}{.spec.containers[0].image}{"\\n"}{end}'));
const ALL = ['node-0', 'node-1', 'node-2'];

describe('a DaemonSet', () => {
  it('runs a pod on each node, and is printed with its columns', async () => {
    await kubectl.input(daemonSet('log'), 'create', '-f', '-');
    expect(await rolledOut('log')).toMatch(/daemon set "log" successfully rolled out\n$/);
    expect(await nodesOf('log')).toEqual(ALL);
    expect(await kubectl('get', 'ds')).toMatch(
      /^NAME +DESIRED +CURRENT +READY +UP-TO-DATE +AVAILABLE +NODE SELECTOR +AGE\nlog +3 +3 +3 +3 +3 +<none> +[\dms]+\n$/,
    );
    await eventually(async () =>
      expect(await kubectl('describe', 'ds', 'log')).toMatch(/Normal +SuccessfulCreate .* daemonset-controller +Created pod: log-/),
    );
  });

  it('is rolled out, and its history shows what was', async () => {
    await kubectl('annotate', 'ds', 'log', 'kubernetes.io/change-cause=first');
    await kubectl('set', 'image', 'ds/log', 'web=web:2');
    await rolledOut('log');
    await eventually(async () => expect(await imagesOf('log')).toEqual(['web:2', 'web:2', 'web:2']));
    expect(await kubectl('rollout', 'history', 'ds/log')).toMatch(/^daemonset.apps\/log *\nREVISION +CHANGE-CAUSE\n1 +.*\n2 +first\n/);
    expect(await kubectl('rollout', 'history', 'ds/log', '--revision=1')).toMatch(/Image:\tweb:1\n/);
    const revisions = await kubectl('get', 'controllerrevisions');
    for (const number of [1, 2]) expect(revisions).toMatch(new RegExp(`log-\\w+ +daemonset.apps/log +${number} `));
  });

  it('is rolled back, once', async () => {
    expect(await kubectl('rollout', 'undo', 'ds/log')).toBe('daemonset.apps/log rolled back\n');
    await rolledOut('log');
    await eventually(async () => expect(await imagesOf('log')).toEqual(['web:1', 'web:1', 'web:1']));
    expect(await kubectl('rollout', 'history', 'ds/log')).toMatch(/\n2 .*\n3 /);
    expect(await kubectl('rollout', 'undo', 'ds/log', '--to-revision=3')).toBe(
      'daemonset.apps/log skipped rollback (current template already matches revision 3)\n',
    );
  });

  it('is restarted', async () => {
    const uids = () => kubectl('get', 'pods', '-l', 'app=log', '-o', 'jsonpath={.items[*].metadata.uid}');
    const before = await uids();
    await kubectl('rollout', 'restart', 'ds/log');
    await rolledOut('log');
    await eventually(async () => {
      const after = await uids();
      for (const uid of before.split(' ')) expect(after).not.toContain(uid);
    });
  });

  it('stays on a node that is drained, from which others leave', async () => {
    await kubectl.input(replicaSet('web', 6), 'create', '-f', '-');
    await eventually(async () => expect(await nodesOf('web')).toHaveLength(6));
    expect(await kubectl.fails(['drain', 'node-1', '--timeout=60s'])).toMatch(/cannot delete .*DaemonSet-managed Pods \(use --ignore-daemonsets/);
    expect(await kubectl('drain', 'node-1', '--ignore-daemonsets', '--timeout=120s')).toMatch(/node\/node-1 drained\n$/);
    await eventually(async () => expect(await nodesOf('web')).not.toContain('node-1'));
    expect(await nodesOf('log')).toEqual(ALL);
    await kubectl('delete', 'pod', '-l', 'app=log', '--field-selector', 'spec.nodeName=node-1', '--grace-period=1');
    await eventually(async () => expect(await nodesOf('log')).toEqual(ALL));
    await kubectl('uncordon', 'node-1');
  });

  it('takes a port of each host, of which there is one', async () => {
    const spec = { containers: [container('web:1', { ports: [{ containerPort: 80, hostPort: 8080 }] })] };
    for (const name of ['edge', 'rival']) {
      await kubectl.input(daemonSet(name, { template: { metadata: { labels: { app: name } }, spec } }), 'create', '-f', '-');
      if (name === 'edge') await rolledOut('edge');
    }
    await eventually(async () => {
      const messages = await kubectl(
        'get',
        'pods',
        '-l',
        'app=rival',
        '-o',
        'jsonpath={.items[*].status.conditions[?(@.type=="PodScheduled")].message}',
      );
      expect(messages).toMatch(/1 node\(s\) didn't have free ports for the requested pod ports/);
    });
    await eventually(async () => expect(await kubectl('get', 'ds', 'rival')).toMatch(/rival +3 +3 +0 /));
    await kubectl('delete', 'ds', 'edge');
    await rolledOut('rival');
  });

  it('follows the labels of nodes', async () => {
    const spec = { containers: [container()], nodeSelector: { color: 'blue' } };
    await kubectl.input(daemonSet('blue', { template: { metadata: { labels: { app: 'blue' } }, spec } }), 'create', '-f', '-');
    await eventually(async () => expect(await kubectl('get', 'ds', 'blue')).toMatch(/blue +0 +0 +0 +0 +0 +color=blue/));
    await kubectl('label', 'node', 'node-2', 'color=blue');
    await eventually(async () => expect(await kubectl('get', 'ds', 'blue')).toMatch(/blue +1 +1 +1 +1 +1 /));
    expect(await nodesOf('blue')).toEqual(['node-2']);
    await kubectl('label', 'node', 'node-2', 'color-');
    await eventually(async () => expect(await nodesOf('blue')).toEqual([]));
  });

  it('is counted in the metrics of its controller', async () => {
    const metrics = await kubectl('get', '--raw', '/metrics');
    expect(metrics).toMatch(/controller_runtime_reconcile_total\{controller="daemonset-controller",result="success"\} [1-9]/);
    expect(metrics).toMatch(/workqueue_adds_total\{name="daemonset-controller"[^}]*\} [1-9]/);
  });

  it('takes its pods and revisions with it, or leaves them as orphans', async () => {
    await kubectl('delete', 'ds', 'log', '--cascade=orphan');
    await eventually(async () =>
      expect(await kubectl('get', 'pods', '-l', 'app=log', '-o', 'jsonpath={.items[*].metadata.ownerReferences}')).toBe(''),
    );
    expect(await nodesOf('log')).toEqual(ALL);
    await kubectl.input(
      daemonSet('log', { template: { metadata: { labels: { app: 'log' } }, spec: { containers: [container()] } } }),
      'create',
      '-f',
      '-',
    );
    await rolledOut('log');
    await kubectl('delete', 'ds', 'log', '--cascade=foreground');
    expect(await nodesOf('log')).toEqual([]);
    await eventually(async () => expect(await kubectl('get', 'controllerrevisions', '-l', 'app=log', '-o', 'name')).toBe(''));
  });
});
