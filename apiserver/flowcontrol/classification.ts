import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
} from '../../api/kinds/flowcontrol/flow-schema/schema.ts';
import type { UserInfo } from '../contract/request.ts';
import type { PathRequestInfo, RequestInfo, ResourceRequestInfo } from '../contract/request-info.ts';

type Matches = (info: RequestInfo) => boolean;
const ALL = '*';

/** Whether a list of names holds one, or stands for all. */
function oneOf(names: readonly string[] | undefined): (name: string) => boolean {
  if (names?.includes(ALL)) return () => true;
  const set = new Set(names);
  return (name) => set.has(name);
}

function resourceMatches(rule: ResourcePolicyRule): (info: ResourceRequestInfo) => boolean {
  const [verb, group, resource, namespace] = [oneOf(rule.verbs), oneOf(rule.apiGroups), oneOf(rule.resources), oneOf(rule.namespaces)];
  const clusterScope = rule.clusterScope === true;
  return (info) =>
    verb(info.verb) &&
    (info.accessNamespace === '' ? clusterScope : namespace(info.accessNamespace)) &&
    resource(info.subresource === '' ? info.plural : `${info.plural}/${info.subresource}`) &&
    group(info.group);
}

function pathMatches({ verbs, nonResourceURLs = [] }: NonResourcePolicyRule): (info: PathRequestInfo) => boolean {
  const [verb, path] = [oneOf(verbs), oneOf(nonResourceURLs)];
  const prefixes = nonResourceURLs.filter((url) => url.endsWith(ALL)).map((url) => url.slice(0, -1));
  return (info) => verb(info.verb) && (path(info.path) || prefixes.some((prefix) => info.path.startsWith(prefix)));
}

function ruleMatches({ resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects): Matches {
  const [resources, paths] = [resourceRules.map(resourceMatches), nonResourceRules.map(pathMatches)];
  return (info) => (info.isResource ? resources.some((matches) => matches(info)) : paths.some((matches) => matches(info)));
}

/** Whether a user is one of the subjects of a rule. */
function hasSubject({ subjects }: PolicyRulesWithSubjects, { name: user, groups }: UserInfo): boolean {
  return subjects.some(({ kind, ...subject }) => {
    if (kind === 'User') return subject.user?.name === ALL || subject.user?.name === user;
    if (kind === 'Group') return subject.group?.name === ALL || groups.includes(subject.group?.name ?? '');
    const { namespace, name } = subject.serviceAccount ?? { namespace: '', name: '' };
    const account = `system:serviceaccount:${namespace}:`;
    return name === ALL ? user.startsWith(account) && !user.includes(':', account.length) : user === `${account}${name}`;
  });
}

interface Candidate<S> {
  readonly matches: Matches;
  readonly schema: S;
}

/**
 * Returns a function that finds the flow schema of a request: of those with a rule that matches, the one with the lowest precedence, and of
 * several the first by name. Undefined if none matches. Rules are compiled once; those that a user is no subject of are left out once per
 * `UserInfo`, so that most requests look at one or two rules.
 */
export function createClassifier<S extends { readonly object: FlowSchema }>(
  schemas: readonly S[],
): (user: UserInfo, info: RequestInfo) => S | undefined {
  const placeOf = ({ object }: S): number => object.spec?.matchingPrecedence ?? 0;
  const nameOf = ({ object }: S): string => object.metadata?.name ?? '';
  const ordered = [...schemas].sort((a, b) => placeOf(a) - placeOf(b) || (nameOf(a) < nameOf(b) ? -1 : 1));
  const rules = ordered.flatMap((schema) => (schema.object.spec?.rules ?? []).map((rule) => ({ rule, schema, matches: ruleMatches(rule) })));
  const ofUsers = new WeakMap<UserInfo, readonly Candidate<S>[]>();

  function candidatesOf(user: UserInfo): readonly Candidate<S>[] {
    let candidates = ofUsers.get(user);
    if (!candidates) {
      candidates = rules.filter(({ rule }) => hasSubject(rule, user));
      ofUsers.set(user, candidates);
    }
    return candidates;
  }

  return (user, info) => {
    for (const { matches, schema } of candidatesOf(user)) if (matches(info)) return schema;
    return undefined;
  };
}
