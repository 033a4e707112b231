import { describe, expect, it } from '@jest/globals';
import type { AuthorizationAttributes } from '../../contract/authorizer.ts';
import { NodeGraph } from './graph.ts';
import { decideForNode } from './node-authorizer.ts';

const graph = new NodeGraph();
const metadata = { uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
graph.setPod({
  metadata: { ...metadata, namespace: 'a', name: 'p' },
  spec: {
    nodeName: 'n1',
    serviceAccountName: 'sa',
    containers: [{ name: 'c', envFrom: [{ configMapRef: { name: 'env' } }, { secretRef: { name: 'key' } }] }],
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'claim' } }],
  },
});
graph.setAttachment({ metadata: { ...metadata, name: 'va' }, spec: { attacher: 'd', nodeName: 'n1', source: {} } });
graph.setSlice({
  metadata: { ...metadata, name: 'slice' },
  spec: { driver: 'd', nodeName: 'n1', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } },
});

type Asked = Partial<AuthorizationAttributes> & { readonly by?: string };

function ask(text: string, { by = 'n1', ...more }: Asked = {}) {
  const [verb = '', resource = '', name = ''] = text.split(' ');
  const [group = '', plural = '', subresource = ''] = resource.split('/');
  const user = { name: `system:node:${by}`, groups: ['system:nodes'] };
  const namespace = plural === 'nodes' || group.startsWith('storage') || plural === 'resourceslices' ? '' : 'a';
  return decideForNode(graph, {
    user,
    verb,
    isResource: true,
    group,
    version: 'v1',
    resource: plural,
    subresource,
    namespace,
    name,
    path: '',
    ...more,
  });
}

const selects = (field: string, value: string, equal = true) => ({ fieldSelector: [{ field, value, equal }] });
const UNRELATED = "no relationship found between node 'n1' and this object";

describe('the Node authorizer', () => {
  it.each<[string, Asked?]>([
    ['get /secrets key'],
    ['watch /secrets key'],
    ['list /configmaps env'],
    ['get /persistentvolumeclaims claim'],
    ['patch /persistentvolumeclaims/status claim'],
    ['get /serviceaccounts sa'],
    ['create /serviceaccounts/token sa'],
    ['get /pods p'],
    ['list /pods', selects('spec.nodeName', 'n1')],
    ['watch /pods p'],
    ['create /pods'],
    ['delete /pods other'],
    ['patch /pods/status other'],
    ['create /pods/eviction other'],
    ['get /nodes n1'],
    ['list /nodes n1'],
    ['update /nodes/status n2'],
    ['get storage.k8s.io/volumeattachments va'],
    ['create storage.k8s.io/csinodes'],
    ['get storage.k8s.io/csinodes n1'],
    ['update resource.k8s.io/resourceslices slice'],
    ['deletecollection resource.k8s.io/resourceslices', selects('spec.nodeName', 'n1')],
    ['update coordination.k8s.io/leases n1', { namespace: 'kube-node-lease' }],
    ['create coordination.k8s.io/leases', { namespace: 'kube-node-lease' }],
    ['list /services'],
    ['create events.k8s.io/events'],
    ['create authentication.k8s.io/tokenreviews'],
    ['watch storage.k8s.io/csidrivers'],
    ['create certificates.k8s.io/certificatesigningrequests'],
  ])('allows %s', (...[text, more]) => {
    expect(ask(text, more)).toEqual({ verdict: 'allow' });
  });

  it.each<[string, string | undefined, Asked?]>([
    ['get /secrets other', UNRELATED],
    ['get /secrets key', "no relationship found between node 'n2' and this object", { by: 'n2' }],
    ['list /secrets', 'No Object name found'],
    ['watch /secrets key', 'can only read namespaced object of this type', { namespace: '' }],
    ['patch /secrets key', 'can only read resources of this type'],
    ['get /configmaps/status env', 'cannot read subresource'],
    ['list /persistentvolumeclaims', 'can only get individual resources of this type'],
    ['get /persistentvolumeclaims/status claim', 'can only get/update/patch this type'],
    ['get /persistentvolumes pv', UNRELATED],
    ['create /serviceaccounts/token', 'can only create tokens for individual service accounts'],
    ['create /serviceaccounts sa', 'can only create token subresource of serviceaccount'],
    ['list /pods', 'can only list/watch pods with spec.nodeName field selector', selects('spec.nodeName', 'n1', false)],
    ['list /pods', 'can only list/watch pods with spec.nodeName field selector', selects('spec.nodeName', 'n2')],
    ['get /pods other', UNRELATED],
    ['patch /pods p', undefined],
    ['get /pods/log p', undefined],
    ['list /nodes', "node 'n1' cannot read all nodes, only its own Node object"],
    ['get /nodes n2', "node 'n1' cannot read 'n2', only its own Node object"],
    ['delete /nodes n1', undefined],
    ['list storage.k8s.io/csinodes', 'can only get, create, update, patch, or delete a CSINode'],
    ['get storage.k8s.io/csinodes n2', 'can only access CSINode with the same name as the requesting node'],
    ['list resource.k8s.io/resourceslices', 'can only list/watch/deletecollection resourceslices with nodeName field selector'],
    ['get coordination.k8s.io/leases n1', 'can only access leases in the "kube-node-lease" system namespace'],
    ['get coordination.k8s.io/leases n2', 'can only access node lease with the same name as the requesting node', { namespace: 'kube-node-lease' }],
    ['list coordination.k8s.io/leases', 'can only get, create, update, patch, or delete a node lease', { namespace: 'kube-node-lease' }],
    ['list /events', undefined],
    ['list apps/deployments', undefined],
    ['get /services/status s', undefined],
  ])('has no opinion on %s: %s', (...[text, reason, more]) => {
    expect(ask(text, more)).toEqual({ verdict: 'no opinion', ...(reason === undefined ? {} : { reason }) });
  });

  it('knows nodes by name and group', () => {
    const user = (name: string, ...groups: string[]) => ({ user: { name, groups } });
    expect(ask('list /services', user('system:node:n1'))).toEqual({ verdict: 'no opinion' });
    expect(ask('list /services', user('jane', 'system:nodes'))).toEqual({ verdict: 'no opinion' });
    const unknown = { verdict: 'no opinion', reason: 'unknown node for user "system:node:"' };
    expect(ask('list /services', user('system:node:', 'system:nodes'))).toEqual(unknown);
  });
});
