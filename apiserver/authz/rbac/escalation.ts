import type { Kind, KindDefinition } from '../../../api/definition/kind.ts';
import { isKind } from '../../../api/definition/kind.ts';
import type { ClusterRole, PolicyRule, Role, RoleBinding } from '../../../api/kinds/rbac/index.ts';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../../../api/kinds/rbac/index.ts';
import type { KubeObject, Live } from '../../../api/meta/object.ts';
import { errors } from '../../../api/meta/status-error.ts';
import { semanticEqual } from '../../../base/equality.ts';
import { nextTurn } from '../../../base/next-turn.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../../contract/admission.ts';
import type { Authorizer } from '../../contract/authorizer.ts';
import { MASTERS } from '../privileged-groups.ts';
import { compileRole } from './compiled-role.ts';
import type { Coverage } from './coverage.ts';
import { checkedPermissions, compacted, coverageOf, quotedList, ruleText } from './coverage.ts';
import type { Rbac } from './rbac.ts';
import { aggregateText } from './rbac-authorizer.ts';

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** Permissions that are looked at in one turn of the event loop. */
const SLICE = 5_000;
/** A role that stands for more single permissions than this is granted by those alone who hold everything. */
const MOST = 200_000;
/** A refusal names no more than this. */
const MOST_NAMED = 10_000;

/**
 * Keeps users from granting what they do not hold: by a role (pkg/registry/rbac/{role,clusterrole}/policybased), unless they may `escalate` it,
 * and by a binding (…binding/policybased), unless they may `bind` its role. It looks at the object as mutating admission leaves it, before it is
 * validated, as upstream does; so it is the last of the mutating phases.
 */
export function escalationCheck({ index, authorizer: rbac }: Rbac, authorizer: Authorizer): AdmissionPlugin {
  async function may(attributes: AdmissionAttributes, verb: 'escalate' | 'bind', kind: KindDefinition, name: string, group = kind.group) {
    const { user, key } = attributes;
    const asked = { verb, isResource: true, group, version: '*', resource: kind.plural, subresource: '', name, path: '' };
    return (await authorizer.authorize({ user, namespace: key.namespace, ...asked })).verdict === 'allow';
  }

  /** @throws StatusError Forbidden if the user lacks any of the permissions; `instead` replaces the message that lists them. */
  async function confirm(attributes: AdmissionAttributes, rules: readonly PolicyRule[], instead?: string): Promise<void> {
    const { user, key, kind, object } = attributes;
    const held: Coverage = {
      resource: (verb, group, resource, subresource, name) =>
        rbac.holds(user, key.namespace, { verb, isResource: true, group, resource, subresource, name, path: '' }),
      path: (verb, path) => rbac.holds(user, key.namespace, { verb, isResource: false, group: '', resource: '', subresource: '', name: '', path }),
    };
    // A rule that one of the user's own rules covers as a whole need not be taken apart.
    const open = rules.filter((rule) => !isCoveredWhole(rule, held));
    const lacking = await missing(open, held);
    if (lacking.length === 0) return;
    throw errors.forbidden(kind, object?.metadata?.name ?? '', instead ?? refusal(attributes, lacking));
  }

  function refusal({ user, key, kind }: AdmissionAttributes, lacking: readonly PolicyRule[]): string {
    const texts = [...new Set(compacted(lacking).map(ruleText))].sort();
    const { problems } = rbac.resolve(user, key.namespace);
    const who = `user ${JSON.stringify(user.name)} (groups=${quotedList(user.groups)})`;
    // Upstream looks roles up under the resource of the request, and names that.
    const named = problems.map((problem) => problem.replace(/^(?:cluster)?role\./, `${kind.plural}.`));
    const unresolved = named.length === 0 ? '' : `; resolution errors: [${aggregateText(named)}]`;
    return `${who} is attempting to grant RBAC permissions not currently held:\n${texts.join('\n')}${unresolved}`;
  }

  async function checkRole(attributes: AdmissionAttributes, kind: KindDefinition, role: Role | ClusterRole, old: Live<ClusterRole> | undefined) {
    if (await may(attributes, 'escalate', kind, attributes.verb === 'create' ? '' : attributes.key.name)) return;
    if (onlyCollected(role, old)) return;
    await confirm(attributes, role.rules ?? []);
    // An aggregated role gathers anything, and its rule can keep it from being tightened.
    const aggregates = 'aggregationRule' in role ? isAggregated(role) : false;
    if (aggregates || (old && isAggregated(old))) {
      await confirm(attributes, EVERYTHING, 'must have cluster-admin privileges to use the aggregationRule');
    }
  }

  async function checkBinding(attributes: AdmissionAttributes, binding: RoleBinding, old: Live | undefined): Promise<void> {
    if (onlyCollected(binding, old)) return;
    const { roleRef } = binding;
    const role = roleRef?.kind === 'Role' ? roles : roleRef?.kind === 'ClusterRole' ? clusterRoles : undefined;
    if (!roleRef || !role) return;
    if (await may(attributes, 'bind', role, roleRef.name, roleRef.apiGroup ?? '')) return;
    const granted = index.roleOf(roleRef, attributes.key.namespace);
    if (!granted) throw errors.notFound(attributes.kind, roleRef.name);
    await confirm(attributes, granted.rules);
  }

  return {
    name: 'RBACEscalation',
    place: 'webhook',
    handles: (kind, subresource, verb) =>
      subresource === '' && (verb === 'create' || verb === 'update') && RBAC_KINDS.some((each) => isKind(kind, each)),
    async admit(attributes) {
      const { object, old, user, kind } = attributes;
      if (!object || user.groups.includes(MASTERS)) return;
      if (isKind(kind, roles) || isKind(kind, clusterRoles)) await checkRole(attributes, kind, object as Role, old as Live<ClusterRole> | undefined);
      else await checkBinding(attributes, object as RoleBinding, old);
    },
  };
}

const RBAC_KINDS: readonly Kind[] = [roles, clusterRoles, roleBindings, clusterRoleBindings];

const isAggregated = ({ aggregationRule }: ClusterRole): boolean => (aggregationRule?.clusterRoleSelectors?.length ?? 0) > 0;

/** Whether an update changes owner references and finalizers alone: the garbage collector may need to, whatever the role grants. */
function onlyCollected(object: KubeObject, old: Live | undefined): boolean {
  if (!old) return false;
  const { ownerReferences, finalizers, managedFields, selfLink } = old.metadata;
  const { ownerReferences: _o, finalizers: _f, managedFields: _m, selfLink: _s, ...own } = object.metadata ?? {};
  const kept = { ownerReferences, finalizers, managedFields, selfLink };
  return semanticEqual({ ...object, metadata: { ...own, ...kept } }, { ...old, metadata: { ...old.metadata, ...kept } });
}

/** Whether the user holds all verbs on all resources and paths that the rule could name. */
const isCoveredWhole = ({ nonResourceURLs = [] }: PolicyRule, held: Coverage): boolean =>
  nonResourceURLs.length > 0 ? held.path('*', '*') : held.resource('*', '*', '*', '', undefined);

/** Lists the permissions that are not held, in slices, so that a rule of a thousand verbs and resources holds nobody up. */
async function missing(rules: readonly PolicyRule[], held: Coverage): Promise<PolicyRule[]> {
  const found: PolicyRule[] = [];
  let looked = 0;
  for (const lacking of checkedPermissions(rules, held)) {
    if (lacking) found.push(lacking);
    if (++looked === MOST || found.length === MOST_NAMED) break;
    if (looked % SLICE === 0) await nextTurn();
  }
  if (looked === MOST && found.length === 0) return [...rules];
  return found;
}

/** Rules taken together, for comparisons apart from any user. */
export const coverageOfRules = (rules: readonly PolicyRule[] | null | undefined): Coverage => coverageOf(compileRole(rules));
