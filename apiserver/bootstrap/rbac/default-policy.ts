import { controllerBindings, controllerRoles } from './controller-roles.ts';
import { namespaceBindings, namespaceRoles } from './namespace-roles.ts';
import { ownBindings, ownRoles } from './own-roles.ts';
import type { Reconciler } from './reconcile.ts';
import { bindingDefaults, clusterBindingDefaults, clusterRoleDefaults, ensureDefaults, roleDefaults } from './reconcile.ts';
import { systemBindings, systemRoles } from './system-roles.ts';
import { userRoles } from './user-roles.ts';

/** Sees to it that the ClusterRoles and ClusterRoleBindings of every cluster are there. The second start writes nothing. */
export async function ensureClusterPolicy(reconciler: Reconciler): Promise<void> {
  await Promise.all([
    ensureDefaults(reconciler, clusterRoleDefaults([...userRoles, ...systemRoles, ...controllerRoles, ...ownRoles])),
    ensureDefaults(reconciler, clusterBindingDefaults([...systemBindings, ...controllerBindings, ...ownBindings])),
  ]);
}

/** Sees to it that the Roles and RoleBindings of the cluster's own namespaces are there; the namespaces must be. */
export async function ensureNamespacePolicy(reconciler: Reconciler): Promise<void> {
  await Promise.all([ensureDefaults(reconciler, roleDefaults(namespaceRoles)), ensureDefaults(reconciler, bindingDefaults(namespaceBindings))]);
}
