import type { Kind } from '../../../api/definition/kind.ts';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../../api/kinds/rbac/index.ts';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../../../api/kinds/rbac/index.ts';
import type { Subject } from '../../../api/kinds/rbac/role-binding.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../../api/meta/status-error.ts';
import { semanticEqual } from '../../../base/equality.ts';
import type { Logger } from '../../../base/log.ts';
import type { Client } from '../../../runtime/client/client.ts';
import { missingPermissions } from '../../authz/rbac/coverage.ts';
import { coverageOfRules } from '../../authz/rbac/escalation.ts';
import type { StorageAccess } from '../../contract/storage-access.ts';

export interface Reconciler {
  readonly client: Client;
  readonly objects: StorageAccess;
  readonly log: Logger;
}

/** Roles or bindings of one kind that every cluster has. */
export interface Defaults<T extends KubeObject> {
  readonly kind: Kind<T>;
  readonly objects: readonly T[];
  /** Returns the object with what it lacks; the same object if it lacks nothing. Undefined if it must be made anew. */
  readonly completed: (existing: Live<T>, expected: T) => T | undefined;
}

const PROTECTED = 'rbac.authorization.kubernetes.io/autoupdate';
const ATTEMPTS = 5;

/**
 * Sees to it that the defaults exist with at least the rules, subjects, labels and annotations they are to have
 * (k8s.io/component-helpers/auth/rbac/reconciliation). What an administrator added stays. An object with the annotation autoupdate "false" is
 * left alone. Reads the cache; writes what differs, all at once.
 */
export async function ensureDefaults<T extends KubeObject>(reconciler: Reconciler, defaults: Defaults<T>): Promise<void> {
  await Promise.all(defaults.objects.map((expected) => ensure(reconciler, defaults, expected)));
}

/** Tries anew if the object changes meanwhile; another server may be starting beside this one. */
async function ensure<T extends KubeObject>(reconciler: Reconciler, defaults: Defaults<T>, expected: T): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ensureOnce(reconciler, defaults, expected);
    } catch (error) {
      if (attempt === ATTEMPTS || !(isAlreadyExists(error) || isConflict(error) || isNotFound(error))) throw error;
    }
  }
}

async function ensureOnce<T extends KubeObject>({ client, objects, log }: Reconciler, { kind, completed }: Defaults<T>, expected: T): Promise<void> {
  await objects.fresh(kind);
  const key = keyOf(expected);
  const existing = objects.get(kind, key);
  if (!existing) {
    await client.create(kind, structuredClone(expected));
    return;
  }
  const next = completed(existing, expected);
  if (next === existing) return;
  if (existing.metadata.annotations?.[PROTECTED] === 'false') {
    log.warn({ kind: kind.kind, ...key }, `left a default as it is, though it lacks something: its annotation ${PROTECTED} is "false"`);
    return;
  }
  log.info({ kind: kind.kind, ...key }, next ? 'completing a default that lacked something' : 'making a default anew: it bound another role');
  if (next) {
    await client.update(kind, next);
    return;
  }
  await client.delete(kind, key, { preconditions: { uid: existing.metadata.uid } });
  await client.create(kind, structuredClone(expected));
}

/** Returns the object with the labels and annotations that it lacks; values that are there stay. */
function marked<T extends KubeObject>(existing: Live<T>, expected: T): Live<T> {
  const { labels, annotations } = existing.metadata;
  const all = { labels: { ...expected.metadata?.labels, ...labels }, annotations: { ...expected.metadata?.annotations, ...annotations } };
  if (semanticEqual(all, { labels: labels ?? {}, annotations: annotations ?? {} })) return existing;
  return { ...existing, metadata: { ...existing.metadata, ...all } };
}

/** Returns the rules with the permissions that they lack; the same list if they lack none. */
function completedRules<T extends Role | ClusterRole>(existing: T, expected: T): PolicyRule[] | undefined {
  const rules = existing.rules ?? [];
  if (semanticEqual(rules, expected.rules ?? [])) return undefined;
  const missing = missingPermissions(expected.rules ?? [], coverageOfRules(rules));
  return missing.length === 0 ? undefined : [...rules, ...missing];
}

function completedRole(existing: Live<Role>, expected: Role): Role {
  const next = marked(existing, expected);
  const rules = completedRules(next, expected);
  return rules ? { ...next, rules } : next;
}

function completedClusterRole(existing: Live<ClusterRole>, expected: ClusterRole): ClusterRole {
  const found = marked(existing, expected);
  const rules = completedRules(found, expected);
  const next = rules ? { ...found, rules } : found;
  if (!expected.aggregationRule) {
    if (!next.aggregationRule) return next;
    const { aggregationRule: _, ...plain } = next;
    return plain;
  }
  const selectors = next.aggregationRule?.clusterRoleSelectors ?? [];
  const missing = (expected.aggregationRule.clusterRoleSelectors ?? []).filter((selector) => !selectors.some((own) => semanticEqual(own, selector)));
  return missing.length === 0 ? next : { ...next, aggregationRule: { clusterRoleSelectors: [...selectors, ...missing] } };
}

/** A binding's role is immutable: one that binds another role is made anew, with its own subjects gone, as upstream does. */
function completedBinding<T extends RoleBinding | ClusterRoleBinding>(existing: Live<T>, expected: T): T | undefined {
  if (!semanticEqual(existing.roleRef, expected.roleRef)) return undefined;
  const next = marked(existing, expected);
  const subjects: readonly Subject[] = next.subjects ?? [];
  const missing = (expected.subjects ?? []).filter((subject) => !subjects.some((own) => semanticEqual(own, subject)));
  return missing.length === 0 ? next : { ...next, subjects: [...subjects, ...missing] };
}

export const clusterRoleDefaults = (objects: readonly ClusterRole[]): Defaults<ClusterRole> => ({
  kind: clusterRoles,
  objects,
  completed: completedClusterRole,
});
export const roleDefaults = (objects: readonly Role[]): Defaults<Role> => ({ kind: roles, objects, completed: completedRole });
export const clusterBindingDefaults = (objects: readonly ClusterRoleBinding[]): Defaults<ClusterRoleBinding> => ({
  kind: clusterRoleBindings,
  objects,
  completed: completedBinding,
});
export const bindingDefaults = (objects: readonly RoleBinding[]): Defaults<RoleBinding> => ({
  kind: roleBindings,
  objects,
  completed: completedBinding,
});
