import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cli/cluster/eventually.ts';
import type { KubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import { startKubectlCluster } from '../support/cluster/kubectl-cluster.ts';
import type { Kubectl } from '../support/commands/kubectl.ts';
import { pod, replicaSet, replicationController } from '../support/manifests.ts';

let cluster: KubectlCluster;
beforeAll(async () => {
  cluster = await startKubectlCluster();
});
afterAll(() => cluster.stop());

const running = async (kubectl: Kubectl, selector: string) =>
  (await kubectl('get', 'pods', '-l', selector, '--field-selector', 'status.phase=Running', '-o', 'name')).split('\n').filter((name) => name !== '');
const runs = (kubectl: Kubectl, count: number, selector: string) =>
  eventually(async () => expect(await running(kubectl, selector)).toHaveLength(count));

describe.each([
  { concept: 'ReplicationController', short: 'rc', plural: 'replicationcontrollers', make: replicationController },
  { concept: 'ReplicaSet', short: 'rs', plural: 'replicasets', make: replicaSet },
])('a $concept', ({ concept, short, plural, make }) => {
  let kubectl: Kubectl;
  beforeAll(async () => {
    kubectl = await cluster.namespace(short);
  });

  it('keeps the wanted number of pods, one of them adopted', async () => {
    await kubectl.input(pod('earlier', { labels: { app: 'web' } }), 'create', '-f', '-');
    // A controller that does not know the pod yet makes one too many, and may delete this one for it.
    await kubectl('wait', '--for=condition=Ready', 'pod/earlier', '--timeout=60s');
    await kubectl.input(make('web', 3), 'create', '-f', '-');
    await runs(kubectl, 3, 'app=web');
    expect(await kubectl.path('{.metadata.ownerReferences[0].kind}/{.metadata.ownerReferences[0].name}', 'pod', 'earlier')).toBe(`${concept}/web`);
  });

  it('is printed with its columns', async () => {
    await eventually(async () => expect(await kubectl('get', short)).toMatch(/^NAME +DESIRED +CURRENT +READY +AGE\nweb +3 +3 +3 +[\dms]+\n$/));
    expect(await kubectl('get', plural, '-o', 'wide')).toMatch(/CONTAINERS +IMAGES +SELECTOR\n.* web +web:1 +app=web\n/);
  });

  it('replaces a pod that is deleted', async () => {
    const [victim = ''] = await running(kubectl, 'app=web');
    await kubectl('delete', victim, '--grace-period=1', '--wait=false');
    await eventually(async () => {
      const now = await running(kubectl, 'app=web');
      expect(now).toHaveLength(3);
      expect(now).not.toContain(victim);
    });
  });

  it('scales three ways: by replace, by scale with the file, by scale with the name', async () => {
    await kubectl.input(make('web', 5), 'replace', '-f', '-');
    await runs(kubectl, 5, 'app=web');
    await kubectl.input(make('web', 5), 'scale', '--replicas=2', '-f', '-');
    await runs(kubectl, 2, 'app=web');
    expect(await kubectl('scale', '--replicas=3', short, 'web', '--current-replicas=2')).toMatch(/scaled/);
    await runs(kubectl, 3, 'app=web');
    expect(await kubectl.fails(['scale', '--replicas=9', short, 'web', '--current-replicas=2'])).toMatch(/[Ee]xpected replicas to be 2, was 3/);
  });

  it('releases a pod whose labels no longer match, and makes another', async () => {
    const [name = ''] = await running(kubectl, 'app=web');
    await kubectl('label', name, 'app=free', '--overwrite');
    await runs(kubectl, 3, 'app=web');
    await eventually(async () => expect(await kubectl.path('{.metadata.ownerReferences}', name)).toBe(''));
  });

  it('says what it made, in its events', async () => {
    await eventually(async () => {
      const said = await kubectl('describe', short, 'web');
      expect(said).toMatch(/Normal +SuccessfulCreate .*Created pod: web-/);
      expect(said).toMatch(/Normal +SuccessfulDelete .*Deleted pod: web-/);
    });
  });

  it('whose selector does not match its template is refused, naming both', async () => {
    const matchNothing = concept === 'ReplicaSet' ? { selector: { matchLabels: { app: 'other' } } } : { selector: { app: 'other' } };
    const error = await kubectl.fails(['create', '-f', '-'], make('bad', 1, matchNothing));
    expect(error).toMatch(/spec\.template\.metadata\.labels: Invalid value: .*`selector` does not match template `labels`/);
  });

  it('takes its pods with it', async () => {
    await kubectl('delete', short, 'web');
    await eventually(async () => expect(await kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')).toBe(''));
  });
});

describe('a ReplicaSet', () => {
  it('cannot change its selector', async () => {
    const kubectl = cluster.kubectl.in('rs');
    await kubectl.input(replicaSet('fixed', 0), 'create', '-f', '-');
    const other = replicaSet('fixed', 0, {
      selector: { matchLabels: { app: 'fixed', tier: 'x' } },
      template: { metadata: { labels: { app: 'fixed', tier: 'x' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    });
    expect(await kubectl.fails(['replace', '-f', '-'], other)).toMatch(/spec\.selector: Invalid value: .*field is immutable/);
  });

  it('shows its scale to those who ask for that alone', async () => {
    const kubectl = cluster.kubectl.in('rs');
    expect(await kubectl('get', 'rs', 'fixed', '--subresource=scale')).toMatch(/fixed +0 +0 +[\dms]+/);
  });
});
