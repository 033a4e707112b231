import type { Logger } from '../../base/log.ts';
import { UNAUTHENTICATED } from '../authn/groups.ts';
import { PUBLIC_PATHS } from '../authn/public-paths.ts';
import type { Authorizer, UserRules } from '../contract/authorizer.ts';
import type { UserInfo } from '../contract/request.ts';

const EVERYTHING: UserRules = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  incomplete: false,
};
const PUBLIC: UserRules = { resourceRules: [], nonResourceRules: [{ verbs: ['get'], nonResourceURLs: [...PUBLIC_PATHS] }], incomplete: false };

const ALLOWED = { verdict: 'allow' } as const;
const NO_OPINION = { verdict: 'no opinion' } as const;

const mayEverything = ({ groups }: UserInfo): boolean => !groups.includes(UNAUTHENTICATED);

/**
 * Allows everything to every authenticated user, and the public paths to everyone. Roles and bindings are stored, not enforced: this is the
 * one place that says so, and a server that is composed with it logs a warning.
 */
export function everyAuthenticatedUser(log: Logger): Authorizer {
  log.warn('every authenticated user may do everything: roles and bindings are stored, but not enforced');
  return {
    authorize({ user, isResource, verb, path }) {
      const allowed = mayEverything(user) || (!isResource && verb === 'get' && PUBLIC_PATHS.has(path));
      return allowed ? ALLOWED : NO_OPINION;
    },
    rulesFor: (user) => (mayEverything(user) ? EVERYTHING : PUBLIC),
  };
}
