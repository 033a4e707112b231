import { errors, StatusError } from '../../api/meta/status-error.ts';
import { AUTHENTICATED, UNAUTHENTICATED } from '../authn/groups.ts';
import { serviceAccountUser } from '../authn/service-account-token.ts';
import type { Authorizer } from '../contract/authorizer.ts';
import type { Result } from '../contract/call.ts';
import type { ApiRequest, UserInfo } from '../contract/request.ts';
import type { Exchange, Next, Stage } from '../contract/stage.ts';

const EXTRA = 'impersonate-extra-';
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

const values = (header: string | undefined): string[] => (header === undefined || header === '' ? [] : header.split(/,\s*/));

function extraOf(headers: ApiRequest['headers']): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(EXTRA)) extra[decodeURIComponent(name.slice(EXTRA.length))] = values(value);
  }
  return extra;
}

/** The parts of an identity; the verb `impersonate` must be allowed on each of them. */
function partsOf(name: string, groups: readonly string[], uid: string | undefined, extra: Readonly<Record<string, readonly string[]>>) {
  const [, namespace = '', account = ''] = SERVICE_ACCOUNT.exec(name) ?? [];
  const at = { namespace: '', subresource: '' };
  return [
    namespace === '' ? { ...at, group: '', resource: 'users', name } : { ...at, group: '', resource: 'serviceaccounts', namespace, name: account },
    ...groups.map((group) => ({ ...at, group: '', resource: 'groups', name: group })),
    ...(uid === undefined ? [] : [{ ...at, group: 'authentication.k8s.io', resource: 'uids', name: uid }]),
    ...Object.entries(extra).flatMap(([key, entries]) =>
      entries.map((entry) => ({ ...at, group: 'authentication.k8s.io', resource: 'userextras', subresource: key, name: entry })),
    ),
  ];
}

const impersonates = ({ headers }: ApiRequest): boolean => {
  for (const name in headers) if (name.startsWith('impersonate-')) return true;
  return false;
};

/**
 * Lets the request act as the user that its Impersonate-… headers name, if the authorizer lets its own user impersonate each part
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation).
 * @throws StatusError 403 if it does not, 400 for headers that name nobody, 401 for requests without credentials.
 */
export function impersonate(authorizer: Authorizer): Stage {
  async function enter(exchange: Exchange, user: UserInfo, next: Next): Promise<Result> {
    if (user.groups.includes(UNAUTHENTICATED)) throw errors.unauthorized();
    exchange.user = await impersonated(exchange.request, user, authorizer);
    if (exchange.user !== user) exchange.impersonator = user;
    return next(exchange);
  }
  return {
    name: 'impersonate',
    handle: (exchange, next) => (exchange.user && impersonates(exchange.request) ? enter(exchange, exchange.user, next) : next(exchange)),
  };
}

async function impersonated(request: ApiRequest, user: UserInfo, authorizer: Authorizer): Promise<UserInfo> {
  const { headers } = request;
  const name = headers['impersonate-user'];
  if (name === undefined || name === '') {
    const stray = Object.keys(headers).find((header) => header.startsWith('impersonate-') && headers[header] !== undefined);
    if (stray === undefined) return user;
    throw new StatusError('BadRequest', `${stray} was sent without impersonate-user: nobody is named to be impersonated`);
  }
  const groups = values(headers['impersonate-group']);
  const uid = headers['impersonate-uid'];
  const extra = extraOf(headers);
  for (const part of partsOf(name, groups, uid, extra)) {
    const decision = await authorizer.authorize({ user, verb: 'impersonate', isResource: true, version: 'v1', path: request.path, ...part });
    if (decision.verdict === 'allow') continue;
    const resource = part.group === '' ? part.resource : `${part.resource}.${part.group}`;
    const where = `User "${user.name}" cannot impersonate resource "${part.resource}" in API group "${part.group}"`;
    throw new StatusError(
      'Forbidden',
      `${resource} "${part.name}" is forbidden: ${where} ${part.namespace ? `in the namespace "${part.namespace}"` : 'at the cluster scope'}`,
      {
        name: part.name,
        kind: part.resource,
        ...(part.group === '' ? {} : { group: part.group }),
      },
    );
  }
  const [, namespace, account] = SERVICE_ACCOUNT.exec(name) ?? [];
  const own = groups.length === 0 && namespace && account ? serviceAccountUser(namespace, account).groups : groups;
  const standing = name === 'system:anonymous' ? UNAUTHENTICATED : AUTHENTICATED;
  return { name, ...(uid === undefined ? {} : { uid }), groups: [...new Set([...own, standing])], extra };
}
