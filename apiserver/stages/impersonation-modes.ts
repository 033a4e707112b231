import type { StatusError } from '../../api/meta/status-error.ts';
import { subdomainName } from '../../api/validation/name-rules.ts';
import { AUTHENTICATED, UNAUTHENTICATED } from '../authn/groups.ts';
import { serviceAccountUser } from '../authn/service-account-token.ts';
import { MASTERS } from '../authz/privileged-groups.ts';
import { forbidden } from '../authz/refusal.ts';
import type { AuthorizationAttributes, Authorizer } from '../contract/authorizer.ts';
import type { UserInfo } from '../contract/request.ts';
import type { WantedUser } from './impersonation-headers.ts';

/**
 * A way of acting as another user (k8s.io/apiserver/pkg/endpoints/filters/impersonation/mode.go). The constrained ones need two rights: the verb
 * `impersonate:MODE` on the user, and `impersonate-on:MODE:VERB` on what the request is about. The legacy one needs the verb `impersonate`.
 */
export interface ImpersonationMode {
  readonly name: string;
  /** Whether the mode is for this pair of users. */
  applies(wanted: WantedUser, requestor: UserInfo): boolean;
  /** Returns the user that the request then acts as. @throws StatusError Forbidden. */
  check(wanted: WantedUser, request: AuthorizationAttributes): Promise<UserInfo>;
}

const AUTHENTICATION = 'authentication.k8s.io';
const NODE = 'system:node:';
const NODE_NAME_KEY = 'authentication.kubernetes.io/node-name';
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
/** From so many values on, one right to all of them is asked for first. */
const MANY = 4;

function nodeNameOf(username: string): string | undefined {
  const name = username.startsWith(NODE) ? username.slice(NODE.length) : '';
  return name !== '' && subdomainName(name, false).length === 0 ? name : undefined;
}

const accountOf = (username: string) => {
  const [, namespace, name] = SERVICE_ACCOUNT.exec(username) ?? [];
  return namespace && name && subdomainName(name, false).length === 0 ? { namespace, name } : undefined;
};

const hasNameOnly = ({ uid, groups, extra }: WantedUser): boolean => uid === '' && groups.length === 0 && extra.size === 0;

/** The modes in the order in which they are tried. */
export function impersonationModes(authorizer: Authorizer): readonly ImpersonationMode[] {
  const isOwnNode = (requestor: UserInfo, username: string) => {
    const node = nodeNameOf(username);
    const own = requestor.extra?.[NODE_NAME_KEY];
    return node !== undefined && accountOf(requestor.name) !== undefined && own?.length === 1 && own[0] === node;
  };
  return [
    constrained(authorizer, 'associated-node', (wanted, requestor) => hasNameOnly(wanted) && isOwnNode(requestor, wanted.name)),
    constrained(authorizer, 'arbitrary-node', (wanted) => hasNameOnly(wanted) && nodeNameOf(wanted.name) !== undefined),
    constrained(authorizer, 'serviceaccount', (wanted) => hasNameOnly(wanted) && accountOf(wanted.name) !== undefined),
    constrained(authorizer, 'user-info', ({ name }) => nodeNameOf(name) === undefined && accountOf(name) === undefined),
    {
      name: 'legacy',
      applies: () => true,
      check: (wanted, { user }) => identityChecked(authorizer, 'impersonate', false, wanted, user),
    },
  ];
}

function constrained(authorizer: Authorizer, name: string, applies: ImpersonationMode['applies']): ImpersonationMode {
  const isAssociated = name === 'associated-node';
  return {
    name,
    applies,
    async check(wanted, request) {
      const user = isAssociated ? withoutExtra(request.user) : request.user;
      await require(authorizer, { ...request, user, verb: `impersonate-on:${name}:${request.verb}` });
      return identityChecked(authorizer, `impersonate:${name}`, true, wanted, user, isAssociated);
    },
  };
}

/** The service account as it is on any node: a right to impersonate the node that it runs on is the same everywhere. */
const withoutExtra = (user: UserInfo): UserInfo => ({
  ...user,
  extra: { 'authentication.kubernetes.io/associated-node-keys': Object.keys(user.extra ?? {}).sort() },
});

async function require(authorizer: Authorizer, attributes: AuthorizationAttributes): Promise<void> {
  const { verdict, reason, evaluationError } = await authorizer.authorize(attributes);
  if (verdict === 'allow') return;
  throw forbidden(attributes, evaluationError ? (reason ? `${evaluationError}: ${reason}` : evaluationError) : reason);
}

/** Checks the right to each part of the wanted identity, and returns the user that it makes. */
async function identityChecked(
  authorizer: Authorizer,
  verb: string,
  isConstrained: boolean,
  wanted: WantedUser,
  user: UserInfo,
  anyNode = false,
): Promise<UserInfo> {
  const part = (group: string, resource: string, name: string, rest: Partial<AuthorizationAttributes> = {}): AuthorizationAttributes => ({
    ...{ user, verb, isResource: true, group, version: 'v1', resource, subresource: '', namespace: '', name, path: '' },
    ...rest,
  });
  const own = isConstrained ? AUTHENTICATION : '';
  const node = isConstrained ? nodeNameOf(wanted.name) : undefined;
  const account = accountOf(wanted.name);
  if (node !== undefined) await require(authorizer, part(own, 'nodes', anyNode ? '*' : node));
  else if (account) await require(authorizer, part(own, 'serviceaccounts', account.name, { namespace: account.namespace }));
  else await require(authorizer, part(own, 'users', wanted.name));

  if (wanted.uid !== '') await require(authorizer, part(AUTHENTICATION, 'uids', wanted.uid));
  if (isConstrained) refuseOddParts(wanted, part(own, 'groups', ''), part(AUTHENTICATION, 'userextras', ''));
  if (!(isConstrained && wanted.groups.length >= MANY && (await allows(authorizer, part(own, 'groups', '*'))))) {
    for (const group of wanted.groups) await require(authorizer, part(own, 'groups', group));
  }
  const extra = [...wanted.extra].flatMap(([key, values]) => values.map((value) => part(AUTHENTICATION, 'userextras', value, { subresource: key })));
  const all = part(AUTHENTICATION, 'userextras', '*', { subresource: '*' });
  if (!(isConstrained && extra.length >= MANY && (await allows(authorizer, all)))) for (const each of extra) await require(authorizer, each);

  return userOf(wanted, node !== undefined ? ['system:nodes'] : account && wanted.groups.length === 0 ? accountGroups(account) : wanted.groups);
}

const allows = async (authorizer: Authorizer, attributes: AuthorizationAttributes): Promise<boolean> =>
  (await authorizer.authorize(attributes)).verdict === 'allow';

const accountGroups = ({ namespace, name }: { readonly namespace: string; readonly name: string }) => serviceAccountUser(namespace, name).groups;

function userOf({ name, uid, extra }: WantedUser, groups: readonly string[]): UserInfo {
  const standing = name === 'system:anonymous' || groups.includes(UNAUTHENTICATED) ? UNAUTHENTICATED : AUTHENTICATED;
  return {
    name,
    ...(uid === '' ? {} : { uid }),
    groups: groups.includes(standing) ? groups : [...groups, standing],
    ...(extra.size === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

/** Refuses what constrained modes never allow; the legacy mode may. */
function refuseOddParts({ groups, extra }: WantedUser, ofGroups: AuthorizationAttributes, ofExtra: AuthorizationAttributes): void {
  const refuse = (attributes: AuthorizationAttributes, why: string): StatusError => forbidden(attributes, why);
  if (groups.includes('')) throw refuse(ofGroups, 'impersonating the empty string group is not allowed');
  if (groups.includes(MASTERS)) throw refuse({ ...ofGroups, name: MASTERS }, 'impersonating the system:masters group is not allowed');
  for (const [key, values] of extra) {
    const why = extraFault(key, values);
    if (why !== undefined) throw refuse(ofExtra, why);
  }
}

const PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

function extraFault(key: string, values: readonly string[]): string | undefined {
  if (key === '') return 'impersonating the empty string key in extra is not allowed';
  const fault = domainPrefixedPathFault(key);
  if (fault !== undefined) return `impersonating an invalid key in extra is not allowed: ${fault}`;
  if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${JSON.stringify(key)}`;
  if (values.includes('')) return 'impersonating the empty string value in extra is not allowed';
  return undefined;
}

/** The fault of a text that is no `domain/path` (k8s.io/apimachinery/pkg/util/validation, IsDomainPrefixedPath). */
function domainPrefixedPathFault(text: string): string | undefined {
  const slash = text.indexOf('/');
  const invalid = (why: string) => `extra.key: Invalid value: ${JSON.stringify(text)}: ${why}`;
  if (slash < 1 || slash === text.length - 1) return invalid('must be a domain-prefixed path (such as "acme.io/foo")');
  const [first] = subdomainName(text.slice(0, slash), false);
  if (first !== undefined) return invalid(`prefix part ${first}`);
  return PATH.test(text.slice(slash + 1)) ? undefined : invalid(`Invalid path (regex used for validation is '${PATH.source}')`);
}
