import { describe, expect, it } from '@jest/globals';
import { createMemoryStore } from '../../../store/memory.ts';
import { startTestServer } from '../../test-server.fixture.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';
const merge = { headers: { 'content-type': 'application/merge-patch+json' } };

/** Starts a cluster, changes an object, and starts the server anew; returns the object then. */
async function afterRestart(path: string, patch: object) {
  const store = createMemoryStore();
  const first = await startTestServer({ store });
  expect((await first.ask('PATCH', RBAC + path, { body: patch, ...merge })).status).toBe(200);
  await first.stop();
  const second = await startTestServer({ store });
  const { json } = await second.ask('GET', RBAC + path);
  await second.stop();
  await store.close();
  return json;
}

describe('the default roles and bindings', () => {
  it('are those of upstream, marked as kept', async () => {
    const server = await startTestServer();
    const count = async (path: string) =>
      (await server.ask('GET', `${RBAC}/${path}?labelSelector=kubernetes.io/bootstrapping=rbac-defaults`)).json.items.length;
    // Upstream's 69 roles and 50 bindings, and those named skiff:….
    expect(await Promise.all(['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'].map(count))).toEqual([73, 55, 7, 7]);
    await server.stop();
  });

  it('get back rules that they lost, and keep those that were added', async () => {
    const added = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
    const { rules } = await afterRestart('/clusterroles/system:kube-aggregator', { rules: [{ ...added, resources: ['services'] }, added] });
    expect(rules).toEqual([
      { ...added, resources: ['services'] },
      added,
      ...['get', 'list', 'watch'].map((verb) => ({ verbs: [verb], apiGroups: [''], resources: ['endpoints'] })),
      ...['list', 'watch'].map((verb) => ({ verbs: [verb], apiGroups: [''], resources: ['services'] })),
    ]);
  });

  it('get back subjects, labels and selectors', async () => {
    const john = { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'john' };
    const { subjects } = await afterRestart('/clusterrolebindings/system:discovery', { subjects: [john] });
    expect(subjects).toEqual([john, { ...john, kind: 'Group', name: 'system:authenticated' }]);
    const view = await afterRestart('/clusterroles/view', {
      metadata: { labels: null },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    });
    expect(view.metadata.labels).toMatchObject({ 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' });
    expect(view.aggregationRule.clusterRoleSelectors).toEqual([
      { matchLabels: { a: 'b' } },
      { matchLabels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    ]);
  });

  it('stay as they are where somebody asked for it', async () => {
    const kept = { metadata: { annotations: { [AUTOUPDATE]: 'false' } }, rules: [{ verbs: ['get'], nonResourceURLs: ['/version'] }] };
    expect((await afterRestart('/clusterroles/system:discovery', kept)).rules).toEqual(kept.rules);
  });

  it('are made anew where they bind another role', async () => {
    const store = createMemoryStore();
    const first = await startTestServer({ store });
    const path = `${RBAC}/clusterrolebindings/system:discovery`;
    await first.ask('DELETE', path);
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
    await first.ask('POST', `${RBAC}/clusterrolebindings`, { body: { metadata: { name: 'system:discovery' }, roleRef } });
    await first.stop();
    const second = await startTestServer({ store });
    expect((await second.ask('GET', path)).json).toMatchObject({
      roleRef: { name: 'system:discovery' },
      subjects: [{ name: 'system:authenticated' }],
    });
    await second.stop();
    await store.close();
  });
});
