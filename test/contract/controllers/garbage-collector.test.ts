import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Kind } from '../../../api/definition/kind.ts';
import { defineKind } from '../../../api/definition/kind.ts';
import { configMaps } from '../../../api/kinds/core/config-map.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { secrets } from '../../../api/kinds/core/secret.ts';
import type { KubeObject } from '../../../api/meta/object.ts';
import type { OwnerReference } from '../../../api/meta/object-meta.ts';
import { ObjectMeta } from '../../../api/meta/object-meta.ts';
import { topLevel } from '../../../api/schema/fields.ts';
import { createFakeClock } from '../../../base/fake-clock.ts';
import { garbageCollectorController } from '../../../controllers/lifecycle/garbage-collector/controller.ts';
import type { ControllersCluster } from '../../support/cluster/controllers-cluster.ts';
import { keyIn, startControllersCluster, storedKinds } from '../../support/cluster/controllers-cluster.ts';

let cluster: ControllersCluster;
beforeEach(async () => {
  cluster = await startControllersCluster();
});
afterEach(() => cluster.stop());

const make = async (name: string, owners: OwnerReference[] = []) => {
  const made = await cluster.client.create(configMaps, { metadata: { name, namespace: 'default', ownerReferences: owners } });
  const reference = (more: Partial<OwnerReference> = {}): OwnerReference => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    uid: made.metadata.uid,
    ...more,
  });
  return { uid: made.metadata.uid, reference };
};
const exists = async (name: string) => (await cluster.find(configMaps, name)) !== undefined;

const widgets = defineKind<KubeObject>({
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
  schema: topLevel('Widget', 'A thing of another group.', { metadata: ObjectMeta.optional() }),
});

/** Starts the cluster anew on a clock of the test's own, with widgets that the collector knows while they are among `more`. */
async function withWidgets(more: () => readonly Kind[]) {
  await cluster.stop();
  const clock = createFakeClock();
  cluster = await startControllersCluster({
    clock,
    advance: { clock, stepMs: 100 },
    moreKinds: [widgets],
    controllers: [garbageCollectorController({ collected: () => [...storedKinds, ...more()] })],
  });
  /** Makes a widget, and a ConfigMap `of-NAME` that it owns. */
  const widget = async (name: string) => {
    const made = await cluster.client.create(widgets, { metadata: { name, namespace: 'default' } });
    await make(`of-${name}`, [{ apiVersion: 'example.com/v1', kind: 'Widget', name, uid: made.metadata.uid }]);
  };
  return { clock, widget };
}

describe('the garbage collector', () => {
  it('deletes what has lost its owner, down the whole line', async () => {
    const a = await make('a');
    const b = await make('b', [a.reference()]);
    await make('c', [b.reference()]);
    await make('unrelated');
    await cluster.client.delete(configMaps, keyIn('a'), { propagationPolicy: 'Background' });
    await cluster.until('the line is gone', async () => !(await exists('a')) && !(await exists('b')) && !(await exists('c')));
    expect(await exists('unrelated')).toBe(true);
  });

  it('keeps what another owner still wants, and takes the lost reference off', async () => {
    const a = await make('a');
    const b = await make('b');
    await make('shared', [a.reference(), b.reference()]);
    await cluster.client.delete(configMaps, keyIn('a'));
    const shared = await cluster.until('the reference is gone', async () => {
      const found = await cluster.find(configMaps, 'shared');
      return found?.metadata.ownerReferences?.length === 1 && found;
    });
    expect(shared.metadata.ownerReferences?.[0]?.uid).toBe(b.uid);
  });

  it('deletes what names an owner that never was, or that is another of the same name', async () => {
    const a = await make('a');
    await make('never', [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid: 'nobody' }]);
    await make('mistaken', [a.reference({ uid: 'another' })]);
    await cluster.until('both are gone', async () => !(await exists('never')) && !(await exists('mistaken')));
    expect(await exists('a')).toBe(true);
  });

  it('keeps what is owned by a kind it does not know', async () => {
    await make('owned', [{ apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'w' }]);
    const a = await make('a');
    await make('b', [a.reference()]);
    await cluster.client.delete(configMaps, keyIn('a'));
    await cluster.until('what can be judged is gone', async () => !(await exists('b')));
    expect(await exists('owned')).toBe(true);
  });

  it('lets an owner in foreground deletion go last', async () => {
    const a = await make('a');
    await make('held', [a.reference({ blockOwnerDeletion: true })]);
    await cluster.client.patch(configMaps, keyIn('held'), { type: 'merge', body: { metadata: { finalizers: ['example.com/hold'] } } });
    await cluster.client.delete(configMaps, keyIn('a'), { propagationPolicy: 'Foreground' });
    await cluster.until('the dependent is being deleted', async () => (await cluster.find(configMaps, 'held'))?.metadata.deletionTimestamp);
    expect((await cluster.find(configMaps, 'a'))?.metadata.finalizers).toEqual(['foregroundDeletion']);
    await cluster.client.patch(configMaps, keyIn('held'), { type: 'merge', body: { metadata: { finalizers: null } } });
    await cluster.until('both are gone', async () => !(await exists('held')) && !(await exists('a')));
  });

  it('does not wait in foreground for dependents that do not block', async () => {
    const a = await make('a');
    await make('free', [a.reference({ blockOwnerDeletion: false })]);
    await cluster.client.patch(configMaps, keyIn('free'), { type: 'merge', body: { metadata: { finalizers: ['example.com/hold'] } } });
    await cluster.client.delete(configMaps, keyIn('a'), { propagationPolicy: 'Foreground' });
    await cluster.until('the owner is gone', async () => !(await exists('a')));
    expect(await exists('free')).toBe(true);
  });

  it('breaks a circle of owners that wait for each other', async () => {
    const a = await make('a');
    const b = await make('b', [a.reference({ blockOwnerDeletion: true })]);
    await cluster.client.patch(configMaps, keyIn('a'), {
      type: 'merge',
      body: { metadata: { ownerReferences: [b.reference({ blockOwnerDeletion: true })] } },
    });
    await cluster.client.delete(configMaps, keyIn('a'), { propagationPolicy: 'Foreground' });
    await cluster.until('both are gone', async () => !(await exists('a')) && !(await exists('b')));
  });

  it('lets dependents go when asked to orphan them', async () => {
    const a = await make('a');
    await make('b', [a.reference()]);
    await cluster.client.delete(configMaps, keyIn('a'), { propagationPolicy: 'Orphan' });
    await cluster.until('the owner is gone', async () => !(await exists('a')));
    expect((await cluster.client.get(configMaps, keyIn('b'))).metadata.ownerReferences).toBeUndefined();
  });

  it('reaches across scopes in one direction: a namespaced object may be owned by a cluster-scoped one', async () => {
    const node = await cluster.client.create(nodes, { metadata: { name: 'n' } });
    const owner = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: node.metadata.uid };
    await cluster.client.create(secrets, { metadata: { name: 's', namespace: 'default', ownerReferences: [owner] } });
    await cluster.client.delete(nodes, { namespace: '', name: 'n' });
    await cluster.until('it is gone', async () => !(await cluster.find(secrets, 's')));
  });

  it('deletes what names an owner in another namespace, and says why', async () => {
    const a = await make('a');
    await cluster.client.create(secrets, { metadata: { name: 'abroad', namespace: 'kube-system', ownerReferences: [a.reference()] } });
    await cluster.until('it is gone', async () => !(await cluster.find(secrets, 'abroad', 'kube-system')));
    expect((await cluster.eventsOn('Secret', 'abroad'))[0]).toMatch(
      /^OwnerRefInvalidNamespace: ownerRef \[v1\/ConfigMap, namespace: kube-system, name: a, uid: .*\] does not exist in namespace "kube-system"$/,
    );
    expect(await exists('a')).toBe(true);
  });

  it('follows kinds that come and go', async () => {
    let more: readonly Kind[] = [];
    const { clock, widget } = await withWidgets(() => more);
    await widget('a');
    await widget('b');
    await cluster.client.delete(widgets, keyIn('a'));
    await clock.advance(4000);
    expect([await exists('of-a'), await exists('of-b')]).toEqual([true, true]);
    more = [widgets];
    await clock.advance(60_000);
    expect([await exists('of-a'), await exists('of-b')]).toEqual([false, true]);
    await cluster.client.delete(widgets, keyIn('b'));
    await clock.advance(1000);
    expect(await exists('of-b')).toBe(false);
    more = [];
    await clock.advance(6000);
    await widget('c');
    await cluster.client.delete(widgets, keyIn('c'));
    await clock.advance(60_000);
    expect(await exists('of-c')).toBe(true);
  });

  it('deletes what lost its owner between the definition of the owner’s kind and the first look at that kind', async () => {
    let more: readonly Kind[] = [];
    const { clock, widget } = await withWidgets(() => more);
    await clock.advance(5000);
    more = [widgets];
    await widget('a');
    await clock.advance(1000);
    expect(await exists('of-a')).toBe(true);
    await cluster.client.delete(widgets, keyIn('a'));
    await clock.advance(30_000);
    expect(await exists('of-a')).toBe(false);
  });
});
