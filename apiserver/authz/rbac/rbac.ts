import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../../../api/kinds/rbac/index.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';
import type { RbacAuthorizer } from './rbac-authorizer.ts';
import { rbacAuthorizer } from './rbac-authorizer.ts';
import { RbacIndex } from './rbac-index.ts';

export interface Rbac {
  readonly index: RbacIndex;
  readonly authorizer: RbacAuthorizer;
  /** Reads all roles and bindings and follows their changes. Until then nobody is allowed anything. Call it once, when the cache is full. */
  start(): void;
}

/** Keeps an index of the stored roles and bindings, and decides by it. */
export function createRbac(objects: StorageAccess): Rbac {
  const index = new RbacIndex();

  function start(): void {
    for (const kind of [roles, clusterRoles] as const) {
      const name = kind === roles ? 'Role' : 'ClusterRole';
      for (const role of objects.list(kind)) index.setRole(name, role);
      objects.follow(kind, (role, deleted) => {
        if (deleted) index.removeRole(name, role.metadata.namespace ?? '', role.metadata.name);
        else index.setRole(name, role);
      });
    }
    for (const kind of [roleBindings, clusterRoleBindings] as const) {
      for (const binding of objects.list(kind)) index.setBinding(binding);
      objects.follow(kind, (binding, deleted) => {
        if (deleted) index.removeBinding(binding.metadata.namespace ?? '', binding.metadata.name);
        else index.setBinding(binding);
      });
    }
  }

  return { index, authorizer: rbacAuthorizer(index), start };
}
