import type { Role, RoleBinding } from '../../../api/kinds/rbac/index.ts';
import { account, binding, named, READ, recordsEvents, role, rule, user } from './role-builder.ts';

const PUBLIC = 'kube-public';
const SYSTEM = 'kube-system';

const holdsLease = rule(`${READ} create update`).groups('coordination.k8s.io').resources('leases', 'leasecandidates');

/** Rights in the cluster's own namespaces (bootstrappolicy/namespace_policy.go). */
export const namespaceRoles: readonly Role[] = [
  role(PUBLIC, 'system:controller:bootstrap-signer', [
    rule(READ).groups('').resources('configmaps'),
    named(rule('update').groups('').resources('configmaps'), 'cluster-info'),
    recordsEvents,
  ]),
  role(SYSTEM, 'extension-apiserver-authentication-reader', [
    named(rule(READ).groups('').resources('configmaps'), 'extension-apiserver-authentication'),
  ]),
  role(SYSTEM, 'system:controller:bootstrap-signer', [rule(READ).groups('').resources('secrets')]),
  role(SYSTEM, 'system:controller:cloud-provider', [rule(`create ${READ}`).groups('').resources('configmaps')]),
  role(SYSTEM, 'system:controller:token-cleaner', [rule(`${READ} delete`).groups('').resources('secrets'), recordsEvents]),
  role(SYSTEM, 'system::leader-locking-kube-controller-manager', [holdsLease]),
  role(SYSTEM, 'system::leader-locking-kube-scheduler', [holdsLease]),
];

export const namespaceBindings: readonly RoleBinding[] = [
  binding(PUBLIC, 'system:controller:bootstrap-signer', 'system:controller:bootstrap-signer', account('bootstrap-signer')),
  binding(
    SYSTEM,
    'system::extension-apiserver-authentication-reader',
    'extension-apiserver-authentication-reader',
    user('system:kube-controller-manager'),
    user('system:kube-scheduler'),
  ),
  binding(SYSTEM, 'system:controller:bootstrap-signer', 'system:controller:bootstrap-signer', account('bootstrap-signer')),
  binding(SYSTEM, 'system:controller:cloud-provider', 'system:controller:cloud-provider', account('cloud-provider')),
  binding(SYSTEM, 'system:controller:token-cleaner', 'system:controller:token-cleaner', account('token-cleaner')),
  binding(
    SYSTEM,
    'system::leader-locking-kube-controller-manager',
    'system::leader-locking-kube-controller-manager',
    user('system:kube-controller-manager'),
    account('kube-controller-manager'),
    account('leader-election-controller'),
  ),
  binding(
    SYSTEM,
    'system::leader-locking-kube-scheduler',
    'system::leader-locking-kube-scheduler',
    user('system:kube-scheduler'),
    account('kube-scheduler'),
  ),
];
