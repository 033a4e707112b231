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
  /** Its places in the scopes that it is bound in. */
  readonly places: Map<Scope, Bound>;
}

/** A role in a scope, with the bindings that give it there. */
export interface Bound {
  readonly entry: RoleEntry;
  readonly grants: Grant[];
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
  /** All of them; once there are many, in `many` alone. */
  readonly few: Bound[];
  many: ManyRoles | undefined;
  /** Counts those that do not exist. */
  missing: number;
}

/** Many roles, by their entry and by the topics of their rules. */
interface ManyRoles {
  readonly all: Set<Bound>;
  readonly byTopic: Map<string, Set<Bound>>;
}

export interface SubjectEntry {
  cluster: Scope | undefined;
  readonly namespaces: Map<string, Scope>;
}

/** A scope with more roles than this keeps them by topic. */
const MANY = 16;

/**
 * Finds who holds which role where: by subject, then by namespace, then by role. A change costs what it changes: a role is compiled once however
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
    if (entry.places.size === 0) this.roles.delete(roleKey(kind, namespace, name));
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
      if ((scope.many?.all.size ?? scope.few.length) > 0) continue;
      if (namespace === '') entry.cluster = undefined;
      else entry.namespaces.delete(namespace);
      if (entry.cluster === undefined && entry.namespaces.size === 0) holders.delete(holder);
    }
    if (role.role === undefined && role.places.size === 0) this.roles.delete(roleKey(role.kind, roleRef.kind === 'Role' ? namespace : '', role.name));
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
      entry = { kind, name, role: undefined, places: new Map() };
      this.roles.set(key, entry);
    }
    return entry;
  }

  private replaceRole(entry: RoleEntry, role: CompiledRole | undefined): void {
    const missing = Number(role === undefined) - Number(entry.role === undefined);
    for (const [scope, bound] of entry.places) {
      unfile(scope, bound);
      scope.missing += missing;
    }
    entry.role = role;
    for (const [scope, bound] of entry.places) file(scope, bound);
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
    scope = { few: [], many: undefined, missing: 0 };
    if (namespace === '') entry.cluster = scope;
    else entry.namespaces.set(namespace, scope);
  }
  return scope;
}

function addGrant(scope: Scope, entry: RoleEntry, grant: Grant): void {
  const known = entry.places.get(scope);
  if (known) {
    // A subject that a binding names twice holds its role once.
    if (known.grants.at(-1)?.binding !== grant.binding) known.grants.push(grant);
    return;
  }
  const bound: Bound = { entry, grants: [grant] };
  entry.places.set(scope, bound);
  if (entry.role === undefined) scope.missing++;
  if (!scope.many) {
    scope.few.push(bound);
    if (scope.few.length <= MANY) return;
    scope.many = { all: new Set(), byTopic: new Map() };
    for (const each of scope.few.splice(0)) {
      scope.many.all.add(each);
      file(scope, each);
    }
    return;
  }
  scope.many.all.add(bound);
  file(scope, bound);
}

function removeGrants(scope: Scope, entry: RoleEntry, binding: BindingEntry): void {
  const bound = entry.places.get(scope);
  if (!bound) return;
  const { grants } = bound;
  const at = grants.findIndex((grant) => grant.binding === binding);
  if (at >= 0) grants.splice(at, 1);
  if (grants.length > 0) return;
  entry.places.delete(scope);
  if (entry.role === undefined) scope.missing--;
  unfile(scope, bound);
  scope.many?.all.delete(bound);
  const place = scope.few.indexOf(bound);
  if (place >= 0) scope.few.splice(place, 1);
}

function file({ many }: Scope, bound: Bound): void {
  if (!many || !bound.entry.role) return;
  for (const topic of bound.entry.role.topics) {
    const filed = many.byTopic.get(topic);
    if (filed) filed.add(bound);
    else many.byTopic.set(topic, new Set([bound]));
  }
}

function unfile({ many }: Scope, bound: Bound): void {
  if (!many || !bound.entry.role) return;
  for (const topic of bound.entry.role.topics) {
    const filed = many.byTopic.get(topic);
    filed?.delete(bound);
    if (filed?.size === 0) many.byTopic.delete(topic);
  }
}
