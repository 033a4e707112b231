import type { ClusterRole, ClusterRoleBinding } from '../../api/kinds/rbac/index.ts';
import { clusterRoles } from '../../api/kinds/rbac/role.ts';
import { clusterRoleBindings } from '../../api/kinds/rbac/role-binding.ts';
import type { Part } from '../../apiserver/contract/part.ts';
import { KUBELET_CLIENT_USER } from '../../apiserver/pki/cluster-pki.ts';
import { ensureObjects } from './ensure-objects.ts';

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

/** Roles of identities that upstream has none of; made at the start of the server if they are not there. */
export const ownRoles: Part = {
  name: 'own roles',
  start: (client) =>
    ensureObjects(client, [
      { kind: clusterRoleBindings, object: kubeletApiAdmin },
      { kind: clusterRoles, object: approver },
      { kind: clusterRoleBindings, object: approverBinding },
    ]),
};
