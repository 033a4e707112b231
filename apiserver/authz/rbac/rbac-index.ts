import type { ClusterRole, Role, RoleRef } from '../../../api/kinds/rbac/index.ts';
import type { Subject } from '../../../api/kinds/rbac/role-binding.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Decision } from '../../contract/authorizer.ts';
import type { CompiledRole } from './compiled-role.ts';
import { compileRole } from './compiled-role.ts';

/** A RoleBinding or ClusterRoleBinding, by what the index needs of it. */
export interface BindingObject {
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[] | undefined;
}

/** A role that exists, or that a binding refers to. */
export interface RoleEntry {
  readonly kind: string;
  readonly name: string;
  /** Undefined if there is no such role. */
  role: CompiledRole | undefined;
  /** The scopes that it is bound in. */
  readonly scopes: Set<Scope>;
}

/** A binding as it applies to one of its subjects. */
export interface Grant {
  readonly binding: BindingEntry;
  /** The subject's place in the binding. */
  readonly subject: number;
}

export interface BindingEntry {
  /** Empty for a ClusterRoleBinding. */
  readonly namespace: string;
  readonly name: string;
  readonly roleRef: RoleRef;
  readonly subjects: readonly Subject[];
  /** The decision that the binding leads to, by the subject that it names in its reason. Made when first needed. */
  readonly decisions: (Decision | undefined)[];
}

/** The roles that one subject holds in one namespace, or in the whole cluster. */
export interface Scope {
  readonly bound: Map<RoleEntry, Grant[]>;
  readonly missing: Set<RoleEntry>;
  /** The roles by topic, kept once there are many. */
  byTopic: Map<string, Set<RoleEntry>> | undefined;
}

export interface SubjectEntry {
  cluster: Scope | undefined;
  readonly namespaces: Map<string, Scope>;
}

/** A scope with more roles than this keeps them by topic. */
const MANY = 16;

/**
 * Who holds which role where: by subject, then by namespace, then by role. A change costs what it changes: a role is compiled once however
 * often it is bound; a binding touches its subjects only.
 */
export class RbacIndex {
  readonly users = new Map<string, SubjectEntry>();
  readonly groups = new Map<string, SubjectEntry>();
  private readonly roles = new Map<string, RoleEntry>();
  private readonly bindings = new Map<string, BindingEntry>();

  setRole(kind: 'Role' | 'ClusterRole', { metadata, rules }: Live<Role> | Live<ClusterRole>): void {
    this.replaceRole(this.roleEntry(kind, metadata.namespace ?? '', metadata.name), compileRole(rules));
  }

  removeRole(kind: 'Role' | 'ClusterRole', namespace: string, name: string): void {
    const entry = this.roles.get(roleKey(kind, namespace, name));
    if (!entry) return;
    this.replaceRole(entry, undefined);
    if (entry.scopes.size === 0) this.roles.delete(roleKey(kind, namespace, name));
  }

  /** Adds a binding or replaces the one of this namespace and name. */
  setBinding({ metadata, roleRef, subjects = [] }: BindingObject): void {
    const { name, namespace = '' } = metadata;
    this.removeBinding(namespace, name);
    const binding: BindingEntry = { namespace, name, roleRef, subjects, decisions: [] };
    this.bindings.set(`${namespace}/${name}`, binding);
    const role = this.roleEntry(roleRef.kind, roleRef.kind === 'Role' ? namespace : '', roleRef.name);
    subjects.forEach((subject, index) => {
      const holders = this.holdersOf(subject);
      const holder = holderName(subject, namespace);
      if (holders && holder !== undefined) addGrant(scopeFor(holders, holder, namespace), role, { binding, subject: index });
    });
  }

  removeBinding(namespace: string, name: string): void {
    const key = `${namespace}/${name}`;
    const binding = this.bindings.get(key);
    if (!binding) return;
    this.bindings.delete(key);
    const { roleRef } = binding;
    const role = this.roleEntry(roleRef.kind, roleRef.kind === 'Role' ? namespace : '', roleRef.name);
    for (const subject of binding.subjects) {
      const holders = this.holdersOf(subject);
      const holder = holderName(subject, namespace);
      const entry = holder === undefined ? undefined : holders?.get(holder);
      const scope = namespace === '' ? entry?.cluster : entry?.namespaces.get(namespace);
      if (!holders || holder === undefined || !entry || !scope) continue;
      removeGrants(scope, role, binding);
      if (scope.bound.size > 0) continue;
      if (namespace === '') entry.cluster = undefined;
      else entry.namespaces.delete(namespace);
      if (entry.cluster === undefined && entry.namespaces.size === 0) holders.delete(holder);
    }
    if (role.role === undefined && role.scopes.size === 0) this.roles.delete(roleKey(role.kind, roleRef.kind === 'Role' ? namespace : '', role.name));
  }

  /** Returns the role that a binding in this namespace refers to, if it exists. */
  roleOf(reference: RoleRef, namespace: string): CompiledRole | undefined {
    return this.roles.get(roleKey(reference.kind, reference.kind === 'Role' ? namespace : '', reference.name))?.role;
  }

  clear(): void {
    this.users.clear();
    this.groups.clear();
    this.roles.clear();
    this.bindings.clear();
  }

  private holdersOf({ kind }: Subject): Map<string, SubjectEntry> | undefined {
    if (kind === 'Group') return this.groups;
    return kind === 'User' || kind === 'ServiceAccount' ? this.users : undefined;
  }

  private roleEntry(kind: string, namespace: string, name: string): RoleEntry {
    const key = roleKey(kind, namespace, name);
    let entry = this.roles.get(key);
    if (!entry) {
      entry = { kind, name, role: undefined, scopes: new Set() };
      this.roles.set(key, entry);
    }
    return entry;
  }

  private replaceRole(entry: RoleEntry, role: CompiledRole | undefined): void {
    for (const scope of entry.scopes) {
      unfile(scope, entry);
      if (role) scope.missing.delete(entry);
      else scope.missing.add(entry);
    }
    entry.role = role;
    for (const scope of entry.scopes) file(scope, entry);
  }
}

const roleKey = (kind: string, namespace: string, name: string): string => `${kind}/${namespace}/${name}`;

/** The name that a subject is authenticated under; undefined if nobody can be it. A service account's namespace is by default the binding's. */
export function holderName({ kind, name, namespace }: Subject, bindingNamespace: string): string | undefined {
  if (kind !== 'ServiceAccount') return name;
  const own = namespace || bindingNamespace;
  return own === '' ? undefined : `system:serviceaccount:${own}:${name}`;
}

function scopeFor(holders: Map<string, SubjectEntry>, holder: string, namespace: string): Scope {
  let entry = holders.get(holder);
  if (!entry) {
    entry = { cluster: undefined, namespaces: new Map() };
    holders.set(holder, entry);
  }
  let scope = namespace === '' ? entry.cluster : entry.namespaces.get(namespace);
  if (!scope) {
    scope = { bound: new Map(), missing: new Set(), byTopic: undefined };
    if (namespace === '') entry.cluster = scope;
    else entry.namespaces.set(namespace, scope);
  }
  return scope;
}

function addGrant(scope: Scope, role: RoleEntry, grant: Grant): void {
  const grants = scope.bound.get(role);
  if (grants) {
    // A subject that a binding names twice holds its role once.
    if (grants.at(-1)?.binding !== grant.binding) grants.push(grant);
    return;
  }
  scope.bound.set(role, [grant]);
  role.scopes.add(scope);
  if (role.role === undefined) scope.missing.add(role);
  if (scope.byTopic) file(scope, role);
  else if (scope.bound.size > MANY) {
    scope.byTopic = new Map();
    for (const each of scope.bound.keys()) file(scope, each);
  }
}

function removeGrants(scope: Scope, role: RoleEntry, binding: BindingEntry): void {
  const grants = scope.bound.get(role);
  if (!grants) return;
  const at = grants.findIndex((grant) => grant.binding === binding);
  if (at >= 0) grants.splice(at, 1);
  if (grants.length > 0) return;
  scope.bound.delete(role);
  role.scopes.delete(scope);
  scope.missing.delete(role);
  unfile(scope, role);
}

function file({ byTopic }: Scope, entry: RoleEntry): void {
  if (!byTopic || !entry.role) return;
  for (const topic of entry.role.topics) {
    const filed = byTopic.get(topic);
    if (filed) filed.add(entry);
    else byTopic.set(topic, new Set([entry]));
  }
}

function unfile({ byTopic }: Scope, entry: RoleEntry): void {
  if (!byTopic || !entry.role) return;
  for (const topic of entry.role.topics) {
    const filed = byTopic.get(topic);
    filed?.delete(entry);
    if (filed?.size === 0) byTopic.delete(topic);
  }
}
