import type { Authorizer, Decision, UserRules } from '../contract/authorizer.ts';

/** The group whose members may do everything, whatever roles there are. */
export const MASTERS = 'system:masters';

const ALLOWED: Decision = { verdict: 'allow' };
const NO_OPINION: Decision = { verdict: 'no opinion' };
/** Rules of the group are those of its binding: upstream's authorizer lists none either. */
const NO_RULES: UserRules = { resourceRules: [], nonResourceRules: [], incomplete: false };

/** Allows everything to members of `system:masters` (k8s.io/apiserver/pkg/authorization/authorizerfactory, NewPrivilegedGroups). */
export const privilegedGroups: Authorizer = {
  authorize: ({ user }) => (user.groups.includes(MASTERS) ? ALLOWED : NO_OPINION),
  rulesFor: () => NO_RULES,
};
