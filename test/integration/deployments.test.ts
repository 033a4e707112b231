import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { container, deployment } from '../support/manifests.ts';

let cluster: KubectlCluster;
let kubectl: Kubectl;
beforeAll(async () => {
  cluster = await startKubectlCluster();
  kubectl = await cluster.namespace('rollouts');
});
afterAll(() => cluster.stop());

const rolledOut = (name: string) => kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s');
const images = async (app: string, ...args: readonly string[]) =>
  new Set((await kubectl.path('{.items[*].spec.containers[0].image}', 'pods', '-l', `app=${app}`, ...args)).split(' '));
const stuck = { template: { metadata: { labels: { app: 'stuck' } }, spec: { containers: [container('web:2')], nodeSelector: { no: 'node' } } } };

describe('a Deployment', () => {
  it('makes a replica set, which makes the pods', async () => {
    await kubectl.input(deployment('web', 3), 'create', '-f', '-');
    expect(await rolledOut('web')).toMatch(/deployment "web" successfully rolled out/);
    expect(await kubectl.path('{.items[0].metadata.ownerReferences[0].kind}', 'rs', '-l', 'app=web')).toBe('Deployment');
    expect(await kubectl.path('{.items[0].metadata.ownerReferences[0].kind}', 'pods', '-l', 'app=web')).toBe('ReplicaSet');
    expect(await kubectl('get', 'deployments')).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +3\/3 +3 +3 +[\dms]+\n$/);
    const all = await kubectl('get', 'all');
    for (const name of [/^pod\/web-/m, /^deployment\.apps\/web /m, /^replicaset\.apps\/web-/m]) expect(all).toMatch(name);
  });

  it('rolls to another image without falling below what may be missing', async () => {
    let fewest = Number.POSITIVE_INFINITY;
    const watch = new AbortController();
    const watching = cluster.client
      .watch(
        { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
        { namespace: 'rollouts', resourceVersion: '0', fieldSelector: 'metadata.name=web' },
        (event) => {
          if (event.type === 'BOOKMARK') return;
          const { status } = event.object as { status?: { availableReplicas?: number } };
          fewest = Math.min(fewest, status?.availableReplicas ?? 0);
        },
        watch.signal,
      )
      .catch(() => {});
    await kubectl('set', 'image', 'deployment/web', 'web=web:2');
    await rolledOut('web');
    watch.abort();
    await watching;
    // maxUnavailable is 25 % of three, rounded down: none.
    expect(fewest).toBeGreaterThanOrEqual(3);
    await eventually(async () => expect(await images('web')).toEqual(new Set(['web:2'])));
  });

  it('keeps its history, and goes back to any of it', async () => {
    await kubectl('annotate', 'deployment/web', 'kubernetes.io/change-cause=to two');
    await eventually(async () => expect(await kubectl('rollout', 'history', 'deployment/web')).toMatch(/^1 +<none>\n2 +to two$/m));
    expect(await kubectl('rollout', 'history', 'deployment/web', '--revision=1')).toMatch(/Image:\s+web:1/);
    expect(await kubectl('rollout', 'undo', 'deployment/web')).toMatch(/rolled back/);
    await rolledOut('web');
    await eventually(async () => expect(await images('web')).toEqual(new Set(['web:1'])));
    expect(await kubectl('rollout', 'history', 'deployment/web')).toMatch(/^2 +to two\n3 +/m);
    await kubectl('rollout', 'undo', 'deployment/web', '--to-revision=2');
    await rolledOut('web');
    await eventually(async () => expect(await images('web')).toEqual(new Set(['web:2'])));
    expect(await kubectl.fails(['rollout', 'undo', 'deployment/web', '--to-revision=99'])).toMatch(/unable to find specified revision 99/);
  });

  it('that is paused changes nothing until it is resumed', async () => {
    await kubectl('rollout', 'pause', 'deployment/web');
    await kubectl('set', 'image', 'deployment/web', 'web=web:3');
    await eventually(async () => {
      expect(await kubectl.path('{.status.conditions[?(@.type=="Progressing")].reason}', 'deployment', 'web')).toBe('DeploymentPaused');
      expect(await kubectl.path('{.metadata.generation}={.status.observedGeneration}', 'deployment', 'web')).toMatch(/^(\d+)=\1$/);
    });
    expect(await images('web')).toEqual(new Set(['web:2']));
    await kubectl('rollout', 'resume', 'deployment/web');
    await rolledOut('web');
    await eventually(async () => expect(await images('web')).toEqual(new Set(['web:3'])));
  });

  it('scales, and says so in its events', async () => {
    // A fresh Deployment: events of one that changed often are combined.
    await kubectl.input(deployment('scaled', 3), 'create', '-f', '-');
    await rolledOut('scaled');
    await kubectl('scale', 'deployment/scaled', '--replicas=5');
    await rolledOut('scaled');
    expect(await kubectl('get', 'deployment', 'scaled')).toMatch(/scaled +5\/5 /);
    await eventually(async () =>
      expect(await kubectl('describe', 'deployment', 'scaled')).toMatch(/ScalingReplicaSet .*Scaled up replica set scaled-\w+ from 3 to 5/),
    );
  });

  it('starts all its pods anew with kubectl rollout restart', async () => {
    const before = (await kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).split('\n');
    await kubectl('rollout', 'restart', 'deployment/web');
    await rolledOut('web');
    await eventually(async () => {
      const after = (await kubectl('get', 'pods', '-l', 'app=web', '--field-selector=status.phase=Running', '-o', 'name')).trim().split('\n');
      expect(after).toHaveLength(3);
      expect(after.filter((name) => before.includes(name))).toEqual([]);
    });
  });

  it('that makes no progress says so after its deadline', async () => {
    await kubectl.input(deployment('stuck', 1, { progressDeadlineSeconds: 1, ...stuck }), 'create', '-f', '-');
    expect(await kubectl.fails(['rollout', 'status', 'deployment/stuck', '--timeout=60s'])).toMatch(
      /deployment "stuck" exceeded its progress deadline/,
    );
    // A pod that is counted only after the deadline is progress once more, and the deadline passes again.
    await eventually(async () =>
      expect(await kubectl.path('{.status.conditions[?(@.type=="Progressing")].reason}', 'deployment', 'stuck')).toBe('ProgressDeadlineExceeded'),
    );
  });

  it('of strategy Recreate never has old and new pods at once', async () => {
    await kubectl.input(deployment('alone', 2, { strategy: { type: 'Recreate' } }), 'create', '-f', '-');
    await rolledOut('alone');
    await kubectl('set', 'image', 'deployment/alone', 'web=web:2');
    let together = false;
    await eventually(async () => {
      const running = await images('alone', '--field-selector=status.phase=Running');
      together ||= running.size > 1;
      expect(running).toEqual(new Set(['web:2']));
    });
    await rolledOut('alone');
    expect(together).toBe(false);
  });

  it('is served as apps/v1beta2 too, for old manifests', async () => {
    await kubectl.input(deployment('old', 1, {}, 'apps/v1beta2'), 'create', '-f', '-');
    await rolledOut('old');
    expect(await kubectl.path('{.apiVersion}', 'deployments.v1beta2.apps', 'old')).toBe('apps/v1beta2');
    expect(await kubectl.path('{.apiVersion}', 'deployments', 'old')).toBe('apps/v1');
  });

  it('with a malformed template is refused, naming the field', async () => {
    const template = { metadata: { labels: { app: 'bad' } }, spec: {} };
    expect(await kubectl.fails(['create', '-f', '-'], deployment('bad', 1, { template }))).toMatch(
      /spec\.template\.spec\.containers: Required value/,
    );
    expect(await kubectl.fails(['create', '-f', '-'], deployment('bad', 1, { replicsa: 3 }))).toMatch(/unknown field "spec\.replicsa"/);
  });

  it('takes its replica sets and pods with it', async () => {
    await kubectl('delete', 'deployment', '--all');
    await eventually(async () => expect(await kubectl('get', 'rs,pods', '-o', 'name')).toBe(''));
  });
});
