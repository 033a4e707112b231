import type { ClusterRole, ClusterRoleBinding } from '../../api/kinds/rbac/index.ts';
import { clusterRoles } from '../../api/kinds/rbac/role.ts';
import { clusterRoleBindings } from '../../api/kinds/rbac/role-binding.ts';
import type { Part } from '../../apiserver/contract/part.ts';
import { KUBELET_CLIENT_USER } from '../../apiserver/pki/cluster-pki.ts';
import { ensureObjects } from './ensure-objects.ts';
import { LOCAL_PATH_PROVISIONER } from './identities.ts';

const GROUP = 'rbac.authorization.k8s.io';
const APPROVER = 'skiff:node-certificate-approver';

/** The API server calls node agents under an identity that may do that and nothing else. */
const kubeletApiAdmin: ClusterRoleBinding = {
  metadata: { name: 'skiff:kubelet-api-admin' },
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'system:kubelet-api-admin' },
  subjects: [{ apiGroup: GROUP, kind: 'User', name: KUBELET_CLIENT_USER }],
};

const approver: ClusterRole = {
  metadata: { name: APPROVER },
  rules: [
    { apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests/approval'], verbs: ['update'] },
    {
      apiGroups: ['certificates.k8s.io'],
      resources: ['signers'],
      resourceNames: ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client'],
      verbs: ['approve'],
    },
    { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch', 'update'] },
  ],
};

export const approverBinding: ClusterRoleBinding = {
  metadata: { name: APPROVER },
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: APPROVER },
  subjects: [{ kind: 'ServiceAccount', name: 'node-certificate-approver', namespace: 'kube-system' }],
};

const PROVISIONER = 'skiff:local-path-provisioner';

/** Volumes for claims, directories on nodes for volumes: agents are asked through the proxy of nodes. */
const provisioner: ClusterRole = {
  metadata: { name: PROVISIONER },
  rules: [
    { apiGroups: [''], resources: ['persistentvolumes'], verbs: ['get', 'list', 'watch', 'create', 'update', 'delete'] },
    { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get', 'list', 'watch', 'update'] },
    { apiGroups: [''], resources: ['persistentvolumeclaims/status'], verbs: ['update'] },
    { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['get', 'list', 'watch', 'create'] },
    { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: [''], resources: ['nodes/proxy'], verbs: ['create'] },
    { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch', 'update'] },
  ],
};

export const provisionerBinding: ClusterRoleBinding = {
  metadata: { name: PROVISIONER },
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: PROVISIONER },
  subjects: [{ kind: 'ServiceAccount', name: LOCAL_PATH_PROVISIONER, namespace: 'kube-system' }],
};

/** Roles of identities that upstream has none of; made at the start of the server if they are not there. */
export const ownRoles: Part = {
  name: 'own roles',
  start: (client) =>
    ensureObjects(client, [
      { kind: clusterRoleBindings, object: kubeletApiAdmin },
      { kind: clusterRoles, object: approver },
      { kind: clusterRoleBindings, object: approverBinding },
      { kind: clusterRoles, object: provisioner },
      { kind: clusterRoleBindings, object: provisionerBinding },
    ]),
};
