import type { ClusterRole, ClusterRoleBinding } from '../../../api/kinds/rbac/index.ts';
import { KUBELET_CLIENT_USER } from '../../pki/kubelet-client-user.ts';
import { account, clusterBinding, clusterBindingOf, clusterRole, group, named, READ, recordsEvents, rule, user } from './role-builder.ts';

const ISSUER_DISCOVERY = 'skiff:issuer-discovery';
const APPROVER = 'skiff:node-certificate-approver';
const PROVISIONER = 'skiff:local-path-provisioner';
const POLICIES = 'skiff:network-policies';

/** The roles of identities that upstream has none of. */
export const ownRoles: readonly ClusterRole[] = [
  // The documents of the issuer of tokens are public; the reference cluster shows it to every user, kubeadm's clusters do not.
  clusterRole(ISSUER_DISCOVERY, [rule('get').paths('/.well-known', '/.well-known/*')]),
  clusterRole(APPROVER, [
    rule(READ).groups('certificates.k8s.io').resources('certificatesigningrequests'),
    rule('update').groups('certificates.k8s.io').resources('certificatesigningrequests/approval'),
    named(rule('approve').groups('certificates.k8s.io').resources('signers'), 'kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client'),
    recordsEvents,
  ]),
  // Volumes for claims, directories on nodes for volumes: agents are asked through the proxy of nodes.
  clusterRole(PROVISIONER, [
    rule('get list watch create update delete').groups('').resources('persistentvolumes'),
    rule('get list watch update').groups('').resources('persistentvolumeclaims'),
    rule('update').groups('').resources('persistentvolumeclaims/status'),
    rule('get list watch create').groups('storage.k8s.io').resources('storageclasses'),
    rule(READ).groups('').resources('nodes'),
    rule('create').groups('').resources('nodes/proxy'),
    recordsEvents,
  ]),
  // Nodes enforce network policies under the identity of their proxies: upstream's role for it knows services alone.
  clusterRole(POLICIES, [rule(READ).groups('networking.k8s.io').resources('networkpolicies'), rule(READ).groups('').resources('namespaces', 'pods')]),
];

export const ownBindings: readonly ClusterRoleBinding[] = [
  clusterBinding(ISSUER_DISCOVERY, group('system:authenticated')),
  clusterBinding(APPROVER, account('node-certificate-approver')),
  clusterBinding(PROVISIONER, account('local-path-provisioner')),
  clusterBinding(POLICIES, user('system:kube-proxy')),
  // The API server calls node agents under an identity that may do that and nothing else.
  clusterBindingOf('skiff:kubelet-api-admin', 'system:kubelet-api-admin', user(KUBELET_CLIENT_USER)),
];
