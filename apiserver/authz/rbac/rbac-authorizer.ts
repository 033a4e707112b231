import type { PolicyRule, RoleRef } from '../../../api/kinds/rbac/index.ts';
import type { Subject } from '../../../api/kinds/rbac/role-binding.ts';
import type { AuthorizationAttributes, Authorizer, Decision, UserRules } from '../../contract/authorizer.ts';
import type { UserInfo } from '../../contract/request.ts';
import type { Visits } from './compiled-role.ts';
import { allowsPath, allowsResource, PATHS, topicOf } from './compiled-role.ts';
import type { BindingEntry, Bound, Grant, RbacIndex, Scope, SubjectEntry } from './rbac-index.ts';
import { holderName } from './rbac-index.ts';

/** An action in the form that roles are asked about. */
interface Asked {
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** The name that is asked about; undefined for all names. */
  readonly name: string | undefined;
  readonly path: string;
}

/** The rules of a user, and the problems in finding them. */
export interface ResolvedRules {
  readonly rules: readonly PolicyRule[];
  /** False if the user has more rules than are listed. */
  readonly isWhole: boolean;
  /** `clusterrole.rbac.authorization.k8s.io "x" not found`, one per role that is missing; sorted. */
  readonly problems: readonly string[];
}

export interface RbacAuthorizer extends Authorizer {
  authorize(attributes: AuthorizationAttributes): Decision;
  rulesFor(user: UserInfo, namespace: string): UserRules;
  /** Whether the roles of the user allow what is asked, in this namespace or everywhere. */
  holds(user: UserInfo, namespace: string, asked: Asked): boolean;
  resolve(user: UserInfo, namespace: string): ResolvedRules;
  /** The rules that looking at decisions has cost so far. */
  readonly visits: Visits;
}

const NO_OPINION: Decision = { verdict: 'no opinion' };
const NO_PROBLEMS: readonly string[] = [];

/**
 * Words of rules that are listed for a user. Each binding gives the rules of its role anew, as upstream: 10,000 bindings to a role of 10,000
 * rules, which one may make for oneself in a namespace of one's own, would list 100 million.
 */
const MOST_WORDS = 100_000;
const TOO_MANY_RULES = 'the user has too many rules to list';

const wordsOf = ({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): number =>
  1 + verbs.length + apiGroups.length + resources.length + resourceNames.length + nonResourceURLs.length;

/** Decides by roles and bindings (plugin/pkg/auth/authorizer/rbac). Synchronous; a decision makes no objects but for the text of a refusal. */
export function rbacAuthorizer(index: RbacIndex): RbacAuthorizer {
  const visits: Visits = { rules: 0 };

  /** The grant that allows what is asked, among the roles of the user in the whole cluster, or in one namespace. */
  function grantOf({ name, groups }: UserInfo, namespace: string, asked: Asked): Grant | undefined {
    const own = index.users.get(name);
    let grant = own && grantIn(scopeOf(own, namespace), asked, visits);
    for (let i = 0; grant === undefined && i < groups.length; i++) {
      const group = index.groups.get(groups[i] as string);
      if (group) grant = grantIn(scopeOf(group, namespace), asked, visits);
    }
    return grant;
  }

  const find = (user: UserInfo, namespace: string, asked: Asked): Grant | undefined =>
    grantOf(user, '', asked) ?? (namespace === '' ? undefined : grantOf(user, namespace, asked));

  /** Lists the scopes of the user: those of the whole cluster first. */
  function scopesOf({ name, groups }: UserInfo, namespace: string): Scope[] {
    const holders = new Set([index.users.get(name), ...groups.map((group) => index.groups.get(group))]);
    return (namespace === '' ? [''] : ['', namespace]).flatMap((place) => [...holders].flatMap((holder) => (holder && scopeOf(holder, place)) ?? []));
  }

  function isMissingAny({ name, groups }: UserInfo, namespace: string): boolean {
    const own = index.users.get(name);
    if (own && missesRoles(own, namespace)) return true;
    for (let i = 0; i < groups.length; i++) {
      const group = index.groups.get(groups[i] as string);
      if (group && missesRoles(group, namespace)) return true;
    }
    return false;
  }

  function problemsOf(user: UserInfo, namespace: string): readonly string[] {
    if (!isMissingAny(user, namespace)) return NO_PROBLEMS;
    const problems = new Set<string>();
    for (const scope of scopesOf(user, namespace)) {
      for (const { entry } of boundIn(scope)) if (entry.role === undefined) problems.add(missingText(entry));
    }
    return [...problems].sort();
  }

  function resolve(user: UserInfo, namespace: string): ResolvedRules {
    const seen = new Set<BindingEntry>();
    const rules: PolicyRule[] = [];
    let words = 0;
    for (const { entry, grants } of scopesOf(user, namespace).flatMap((scope) => [...boundIn(scope)])) {
      for (const { binding } of grants) {
        // A binding that names the user and a group of theirs gives its rules once.
        if (seen.has(binding)) continue;
        seen.add(binding);
        for (const rule of entry.role?.rules ?? []) {
          words += wordsOf(rule);
          if (words > MOST_WORDS) return { rules, isWhole: false, problems: problemsOf(user, namespace) };
          rules.push(rule);
        }
      }
    }
    return { rules, isWhole: true, problems: problemsOf(user, namespace) };
  }

  return {
    visits,
    resolve,
    holds: (user, namespace, asked) => find(user, namespace, asked) !== undefined,
    authorize(attributes) {
      const { user, namespace } = attributes;
      const grant = find(user, namespace, attributes);
      if (grant) return decisionOf(grant, user);
      const problems = problemsOf(user, namespace);
      return problems.length === 0 ? NO_OPINION : { verdict: 'no opinion', reason: `RBAC: ${aggregateText(problems)}` };
    },
    rulesFor(user, namespace) {
      const { rules, isWhole, problems } = resolve(user, namespace);
      const errors = isWhole ? problems : [...problems, TOO_MANY_RULES];
      return {
        resourceRules: rules.flatMap(({ verbs, apiGroups = [], resources = [], resourceNames = [] }) =>
          resources.length > 0 ? [{ verbs, apiGroups, resources, resourceNames }] : [],
        ),
        nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs = [] }) => (nonResourceURLs.length > 0 ? [{ verbs, nonResourceURLs }] : [])),
        incomplete: !isWhole,
        ...(errors.length > 0 ? { evaluationError: aggregateText(errors) } : {}),
      };
    },
  };
}

const scopeOf = (entry: SubjectEntry, namespace: string): Scope | undefined => (namespace === '' ? entry.cluster : entry.namespaces.get(namespace));

const boundIn = ({ many, few }: Scope): Iterable<Bound> => many?.all ?? few;

const missesRoles = ({ cluster, namespaces }: SubjectEntry, namespace: string): boolean =>
  (cluster !== undefined && cluster.missing > 0) || (namespace !== '' && (namespaces.get(namespace)?.missing ?? 0) > 0);

function grantIn(scope: Scope | undefined, asked: Asked, visits: Visits): Grant | undefined {
  if (scope === undefined) return undefined;
  const { many, few } = scope;
  if (many === undefined) {
    for (let i = 0; i < few.length; i++) {
      const bound = few[i] as Bound;
      if (allows(bound, asked, visits)) return bound.grants[0];
    }
    return undefined;
  }
  const grant = grantAmong(many.byTopic.get(asked.isResource ? topicOf(asked.resource) : PATHS), asked, visits);
  return grant ?? (asked.isResource ? grantAmong(many.byTopic.get('*'), asked, visits) : undefined);
}

function grantAmong(roles: ReadonlySet<Bound> | undefined, asked: Asked, visits: Visits): Grant | undefined {
  if (roles === undefined) return undefined;
  for (const bound of roles) if (allows(bound, asked, visits)) return bound.grants[0];
  return undefined;
}

function allows({ entry: { role } }: Bound, asked: Asked, visits: Visits): boolean {
  if (role === undefined) return false;
  const { isResource, verb, group, resource, subresource, name, path } = asked;
  return isResource ? allowsResource(role, verb, group, resource, subresource, name, visits) : allowsPath(role, verb, path, visits);
}

/** The decision with its reason, which names the first subject of the binding that the user is. */
function decisionOf({ binding, subject }: Grant, user: UserInfo): Decision {
  let named = 0;
  while (named < subject && !isSubject(user, binding.subjects[named] as Subject, binding.namespace)) named++;
  const known = binding.decisions[named];
  if (known) return known;
  const made: Decision = { verdict: 'allow', reason: `RBAC: allowed by ${describe(binding, binding.subjects[named] as Subject)}` };
  binding.decisions[named] = made;
  return made;
}

const isSubject = ({ name, groups }: UserInfo, subject: Subject, namespace: string): boolean =>
  subject.kind === 'Group' ? groups.includes(subject.name) : holderName(subject, namespace) === name;

const quoted = (text: string): string => JSON.stringify(text);

/** `RoleBinding "name/namespace" of Role "r" to User "u"`, in the order of upstream. */
function describe({ name, namespace, roleRef }: BindingEntry, subject: Subject): string {
  const binding = namespace === '' ? `ClusterRoleBinding ${quoted(name)}` : `RoleBinding ${quoted(`${name}/${namespace}`)}`;
  const holder = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || namespace}` : subject.name;
  return `${binding} of ${roleRef.kind} ${quoted(roleRef.name)} to ${subject.kind} ${quoted(holder)}`;
}

const missingText = ({ kind, name }: Pick<RoleRef, 'kind' | 'name'>): string =>
  kind === 'Role' || kind === 'ClusterRole'
    ? `${kind.toLowerCase()}.rbac.authorization.k8s.io ${quoted(name)} not found`
    : `unsupported role reference kind: ${quoted(kind)}`;

/** Joins errors as upstream's aggregate does. */
export const aggregateText = (texts: readonly string[]): string => (texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`);
