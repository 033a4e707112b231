import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestServer } from '../../test-server.fixture.ts';
import { MERGE, serverWith } from './optional-plugins.fixture.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const RBAC = 'rbac.authorization.k8s.io';

/** The rights of the users, beside those to create and update ConfigMaps. */
const RIGHTS: Readonly<Record<string, readonly object[]>> = {
  writer: [],
  deleter: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] }],
  finalizer: [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] },
    { apiGroups: [''], resources: ['replicationcontrollers/finalizers', 'nodes/finalizers'], verbs: ['update'] },
  ],
  anything: [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] },
    { apiGroups: ['*'], resources: ['*/finalizers'], verbs: ['update'] },
  ],
};

const owner = (uid: string, blockOwnerDeletion?: boolean, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  name: 'rc',
  uid,
  blockOwnerDeletion,
  ...more,
});
const unblocking = owner('u1');

const DELETE = "cannot set an ownerRef on a resource you can't delete: , <nil>";
const FINALIZE = "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>";

let server: TestServer;
beforeAll(async () => {
  server = await serverWith({ OwnerReferencesPermissionEnforcement: undefined });
  for (const [name, rules] of Object.entries(RIGHTS)) {
    const own = [{ apiGroups: [''], resources: ['configmaps', 'pods/status'], verbs: ['create', 'update', 'patch'] }, ...rules];
    await server.ask('POST', `/apis/${RBAC}/v1/clusterroles`, { body: { metadata: { name }, rules: own } });
    const subjects = [{ apiGroup: RBAC, kind: 'User', name }];
    await server.ask('POST', `/apis/${RBAC}/v1/clusterrolebindings`, {
      body: { metadata: { name }, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name }, subjects },
    });
  }
});
afterAll(() => server.stop());

const as = (name: string) => ({ name, groups: ['system:authenticated'] });
let count = 0;

describe('OwnerReferencesPermissionEnforcement', () => {
  it.each<[string, string, object[], string | undefined]>([
    ['without owners', 'writer', [], undefined],
    ['with an owner', 'writer', [unblocking], undefined],
    ['that blocks the deletion of its owner', 'writer', [owner('u1', true)], FINALIZE],
    ['that blocks it, by one who may set its finalizers', 'finalizer', [owner('u1', true)], undefined],
    ['that blocks an owner of the cluster', 'finalizer', [owner('u1', true, { kind: 'Node' })], undefined],
    ['that blocks an owner of another kind', 'finalizer', [owner('u1', true, { apiVersion: 'apps/v1', kind: 'Deployment' })], FINALIZE],
    [
      'that blocks an owner of no kind',
      'finalizer',
      [owner('u1', true, { apiVersion: 'example.com/v1', kind: 'Foo' })],
      'cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion example.com/v1 Kind Foo: no matches for kind "Foo" in version "example.com/v1"',
    ],
    ['that blocks an owner of no kind, by one who may finalize anything', 'anything', [owner('u1', true, { kind: 'Foo' })], undefined],
  ])('looks at a new object %s', async (_what, user, ownerReferences, refused) => {
    const name = `c${count++}`;
    const { json } = await server.ask('POST', CONFIG_MAPS, { body: { metadata: { name, ownerReferences } }, user: as(user) });
    if (refused) expect([json.code, json.reason, json.message]).toEqual([403, 'Forbidden', `configmaps "${name}" is forbidden: ${refused}`]);
    else expect(json.metadata.name).toBe(name);
  });

  it.each<[string, string, object[], object[], string | undefined]>([
    ['keeps the owners', 'writer', [owner('u1', true)], [owner('u1', true)], undefined],
    ['adds one', 'writer', [], [unblocking], DELETE],
    ['drops one', 'writer', [unblocking], [], DELETE],
    ['adds one, by one who may delete the object', 'deleter', [], [unblocking], undefined],
    ['adds one that blocks', 'deleter', [], [owner('u1', true)], FINALIZE],
    ['makes one block', 'deleter', [unblocking], [owner('u1', true)], FINALIZE],
    ['makes none block any more', 'deleter', [owner('u1', true)], [owner('u1', false)], undefined],
    ['adds one beside one that blocks', 'deleter', [owner('u1', true)], [owner('u1', true), owner('u2')], undefined],
    ['adds one that blocks, by one who may set its finalizers', 'finalizer', [unblocking], [owner('u1', true)], undefined],
  ])('looks at an update that %s', async (_what, user, before, after, refused) => {
    const name = `c${count++}`;
    await server.ask('POST', CONFIG_MAPS, { body: { metadata: { name, ownerReferences: before } } });
    const body = { metadata: { name, ownerReferences: after }, data: { a: 'b' } };
    const { json } = await server.ask('PUT', `${CONFIG_MAPS}/${name}`, { body, user: as(user) });
    if (refused) expect([json.code, json.reason, json.message]).toEqual([403, 'Forbidden', `configmaps "${name}" is forbidden: ${refused}`]);
    else expect(json.data).toEqual({ a: 'b' });
  });

  it('does not look at the status of pods, whose updates leave the owners as they are', async () => {
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    await server.ask('POST', '/api/v1/namespaces/default/pods', { body: { metadata: { name: 'p' }, spec } });
    const body = { metadata: { ownerReferences: [unblocking] }, status: { message: 'm' } };
    const path = '/api/v1/namespaces/default/pods/p/status';
    const { status, json } = await server.ask('PATCH', path, { body, user: as('writer'), headers: MERGE });
    expect([status, json.metadata?.ownerReferences]).toEqual([200, undefined]);
  });
});
