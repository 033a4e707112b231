import { describe, expect, it } from '@jest/globals';
import type { Kind, KindDefinition } from '../../../api/definition/kind.ts';
import { certificateSigningRequests } from '../../../api/kinds/certificates/index.ts';
import { leases } from '../../../api/kinds/coordination/lease.ts';
import { nodes } from '../../../api/kinds/core/node/index.ts';
import { persistentVolumeClaims } from '../../../api/kinds/core/persistent-volume-claim/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { serviceAccounts } from '../../../api/kinds/core/service-account.ts';
import { resourceSlices } from '../../../api/kinds/resource/index.ts';
import { csiNodes } from '../../../api/kinds/storage/csi-node.ts';
import type { KubeObject, Live, ObjectKey } from '../../../api/meta/object.ts';
import { createCertificateRequest, createPrivateKeyText } from '../../../base/x509/certificate-request.ts';
import type { AdmissionAttributes } from '../../contract/admission.ts';
import type { Authorizer } from '../../contract/authorizer.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import { nodeRestriction } from './node-restriction.ts';

const live = (name: string, more: object = {}, meta: object = {}): Live<KubeObject> => ({
  metadata: { name, namespace: 'a', uid: `${name}-uid`, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...meta },
  ...more,
});
const projected = [{ name: 't', projected: { sources: [{ serviceAccountToken: { path: 't', audience: 'vault' } }] } }];
const STORED: Readonly<Record<string, Live<KubeObject>>> = {
  'pods/own': live('own', { spec: { nodeName: 'n1', containers: [], volumes: projected } }),
  'pods/other': live('other', { spec: { nodeName: 'n2', containers: [] } }),
  'nodes/n1': live('n1'),
};
const objects: Pick<StorageAccess, 'get'> = {
  get: ((kind: Kind, { name }: ObjectKey) => STORED[`${kind.plural}/${name}`]) as StorageAccess['get'],
};
const noRoles: Authorizer = {
  authorize: () => ({ verdict: 'no opinion' }),
  rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
};

interface Write {
  readonly name?: string;
  readonly subresource?: string;
  readonly object?: object;
  readonly old?: Live<KubeObject>;
  readonly namespace?: string;
  readonly user?: AdmissionAttributes['user'];
}

/** Returns the refusal of a write by node n1, without the words before the reason; undefined if it is admitted. */
async function refusal(verb: AdmissionAttributes['verb'], kind: KindDefinition, write: Write): Promise<string | undefined> {
  const { name = '', subresource = '', object, old, namespace = 'a' } = write;
  const user = write.user ?? { name: 'system:node:n1', groups: ['system:nodes'] };
  const attributes: Partial<AdmissionAttributes> = { verb, kind, subresource, key: { namespace, name }, object, old, user };
  const plugin = nodeRestriction(objects as StorageAccess, noRoles);
  try {
    await plugin.admit?.(attributes as AdmissionAttributes);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^.* is forbidden: /, '') : String(error);
  }
}

const node = (more: object = {}) => ({ metadata: { name: 'n1', ...more } });
const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'n1-uid', controller: true };
const mirror = (spec: object = {}, ownerReferences: object[] = [owner]) => ({
  metadata: { name: 'm', annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences },
  spec: { nodeName: 'n1', containers: [], ...spec },
});
const token = (name: string, uid: string | undefined, audience = 'vault') => ({
  spec: { audiences: [audience], boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } },
});
const claim = (status: object) => live('c', { spec: {}, status });

type Case = readonly [what: string, verb: AdmissionAttributes['verb'], kind: KindDefinition, write: Write, refused: string | undefined];

const CASES: readonly Case[] = [
  ['its own Node', 'create', nodes, { name: 'n1', object: node({ labels: { 'kubernetes.io/os': 'linux', own: 'x' } }) }, undefined],
  ['another Node', 'update', nodes, { name: 'n2', object: live('n2'), old: live('n2') }, 'node "n1" is not allowed to modify node "n2"'],
  [
    'a new Node with restricted labels',
    'create',
    nodes,
    { name: 'n1', object: node({ labels: { 'node-restriction.kubernetes.io/x': 'y', 'x.k8s.io/y': 'z' } }) },
    'node "n1" is not allowed to set the following labels: node-restriction.kubernetes.io/x, x.k8s.io/y',
  ],
  [
    'a restricted label',
    'update',
    nodes,
    { name: 'n1', object: node({ labels: { 'x.kubernetes.io/y': 'z', 'node.kubernetes.io/y': 'z' } }), old: live('n1') },
    'is not allowed to modify labels: x.kubernetes.io/y',
  ],
  [
    'its taints',
    'update',
    nodes,
    { name: 'n1', object: { ...node(), spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }, old: live('n1') },
    'node "n1" is not allowed to modify taints',
  ],
  [
    'its owners',
    'update',
    nodes,
    { name: 'n1', object: node({ ownerReferences: [owner] }), old: live('n1') },
    'node "n1" is not allowed to modify ownerReferences',
  ],
  ['a mirror pod', 'create', pods, { name: 'm', object: mirror() }, undefined],
  [
    'a pod that is no mirror',
    'create',
    pods,
    { object: { metadata: { name: 'm' }, spec: { nodeName: 'n1' } } },
    'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
  ],
  [
    'a mirror pod elsewhere',
    'create',
    pods,
    { object: mirror({ nodeName: 'n2' }) },
    'node "n1" can only create pods with spec.nodeName set to itself',
  ],
  ['a mirror pod without owner', 'create', pods, { object: mirror({}, []) }, 'node "n1" can only create pods with an owner reference set to itself'],
  [
    'a mirror pod of an older Node',
    'create',
    pods,
    { object: mirror({}, [{ ...owner, uid: 'old' }]) },
    'node n1 UID mismatch: expected old got n1-uid',
  ],
  [
    'a mirror pod with a ConfigMap',
    'create',
    pods,
    { object: mirror({ volumes: [{ name: 'v', configMap: { name: 'c' } }] }) },
    'node "n1" can not create pods that reference configmaps',
  ],
  ['the deletion of its pod', 'delete', pods, { name: 'own' }, undefined],
  ['the deletion of another pod', 'delete', pods, { name: 'other' }, 'node "n1" can only delete pods with spec.nodeName set to itself'],
  [
    'the eviction of another pod',
    'create',
    pods,
    { name: 'other', subresource: 'eviction', object: {} },
    'node n1 can only evict pods with spec.nodeName set to itself',
  ],
  [
    'the status of another pod',
    'update',
    pods,
    { name: 'other', subresource: 'status', object: {}, old: STORED['pods/other'] },
    'node "n1" can only update pod status for pods with spec.nodeName set to itself',
  ],
  [
    'labels through a status',
    'update',
    pods,
    { name: 'own', subresource: 'status', object: { metadata: { labels: { a: 'b' } } }, old: STORED['pods/own'] },
    'node "n1" cannot update labels through pod status',
  ],
  ['a claim', 'update', persistentVolumeClaims, { name: 'c' }, 'may only update PVC status'],
  [
    'the size of a volume',
    'update',
    persistentVolumeClaims,
    { name: 'c', subresource: 'status', object: claim({ phase: 'Bound', capacity: { storage: '2Gi' } }), old: claim({ phase: 'Bound' }) },
    undefined,
  ],
  [
    'the phase of a claim',
    'update',
    persistentVolumeClaims,
    { name: 'c', subresource: 'status', object: claim({ phase: 'Lost' }), old: claim({ phase: 'Bound' }) },
    'node "n1" is not allowed to update fields other than status.capacity and status.conditions',
  ],
  ['a token of its pod', 'create', serviceAccounts, { name: 'sa', subresource: 'token', object: token('own', 'own-uid') }, undefined],
  [
    'a token of no pod',
    'create',
    serviceAccounts,
    { name: 'sa', subresource: 'token', object: { spec: {} } },
    'node requested token not bound to a pod',
  ],
  [
    'a token of another pod',
    'create',
    serviceAccounts,
    { name: 'sa', subresource: 'token', object: token('other', 'other-uid') },
    'node requested token bound to a pod scheduled on a different node',
  ],
  [
    'a token for another audience',
    'create',
    serviceAccounts,
    { name: 'sa', subresource: 'token', object: token('own', 'own-uid', 'bank') },
    'audience "bank" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience',
  ],
  ['its lease', 'create', leases, { namespace: 'kube-node-lease', object: node() }, undefined],
  [
    'another lease',
    'update',
    leases,
    { namespace: 'kube-node-lease', name: 'n2' },
    'can only access node lease with the same name as the requesting node',
  ],
  ['another CSINode', 'update', csiNodes, { name: 'n2' }, 'can only access CSINode with the same name as the requesting node'],
  [
    'a slice of another node',
    'create',
    resourceSlices,
    { object: { metadata: { name: 's' }, spec: { nodeName: 'n2' } } },
    'can only create ResourceSlice with the same NodeName as the requesting node',
  ],
];

/** A PKCS #10 request for CN=system:node:n1 and CN=system:node:n2, DER. */
const TWO_NAMES = [
  'MIIBBDCBqwIBADBJMRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxFzAVBgNVBAMMDnN5c3RlbTpub2RlOm4xMRcwFQYDVQQDDA5zeXN0ZW06bm9kZTpuMjBZMBMG',
  'ByqGSM49AgEGCCqGSM49AwEHA0IABDQtjBNdRTalss9hiKvedjvmeO8Ohg4F8EwpZUsg3fcn3FAwmqQd/++yiyqPegyqFrz4mS0P5BDMMvblShPeb/+gADAK',
  'BggqhkjOPQQDAgNIADBFAiAmhA3DWND+lkMqzeiVK6mksE4IYumvrzQSYo3tv1DowwIhALy99O0Egb7Le7BxplYmoB59uVtJAFx1+9FIkHwiOys4',
].join('');
const pemOf = (der: string) => `-----BEGIN CERTIFICATE REQUEST-----\n${der}\n-----END CERTIFICATE REQUEST-----\n`;

describe('NodeRestriction', () => {
  it.each(CASES)('decides on %s', async (...[, verb, kind, write, refused]) => {
    expect(await refusal(verb, kind, write)).toBe(refused);
  });

  it('does not concern other users', async () => {
    const user = { name: 'jane', groups: ['system:nodes'] };
    expect(await refusal('update', nodes, { name: 'n2', object: live('n2'), old: live('n2'), user })).toBeUndefined();
  });

  it.each([
    ['its own name', 'n1', undefined],
    ['the name of another', 'n2', 'can only create a node CSR with CN=system:node:n1'],
  ])('lets a node request a certificate in its own name only: %s', async (_, wanted, refused) => {
    const pem = await createCertificateRequest(await createPrivateKeyText(), {
      commonName: `system:node:${wanted}`,
      organizations: ['system:nodes'],
    });
    expect(await requestRefusal(pem)).toBe(refused);
  });

  it('judges a certificate by its last name, under which its owner would log in', async () => {
    expect(await requestRefusal(pemOf(TWO_NAMES))).toBe('can only create a node CSR with CN=system:node:n1');
  });

  it('refuses what is no request', async () => {
    expect(await requestRefusal('text')).toBe('unable to parse csr: PEM block type must be CERTIFICATE REQUEST');
    expect(await requestRefusal(pemOf('AAAA'))).toMatch(/^unable to parse csr: x509: malformed certificate request/);
  });
});

/** The refusal of a request, PEM, by node n1. */
function requestRefusal(pem: string): Promise<string | undefined> {
  const spec = { signerName: 'kubernetes.io/kube-apiserver-client-kubelet', request: Buffer.from(pem).toString('base64') };
  return refusal('create', certificateSigningRequests, { object: { metadata: { name: 'r' }, spec } });
}
