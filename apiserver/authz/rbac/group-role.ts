import type { PolicyRule } from '../../../api/kinds/rbac/index.ts';
import type { Authorizer, Decision } from '../../contract/authorizer.ts';
import type { Visits } from './compiled-role.ts';
import { allowsPath, allowsResource, compileRole } from './compiled-role.ts';

const NO_OPINION: Decision = { verdict: 'no opinion' };

/** Gives a group the rules of a role everywhere, without a binding. Lists no rules of its own. */
export function groupRole(group: string, role: string, rules: readonly PolicyRule[] | null | undefined): Authorizer {
  const compiled = compileRole(rules);
  const visits: Visits = { rules: 0 };
  const allowed: Decision = { verdict: 'allow', reason: `group ${JSON.stringify(group)} holds the role ${JSON.stringify(role)}` };
  return {
    authorize({ user, isResource, verb, group: apiGroup, resource, subresource, name, path }) {
      if (!user.groups.includes(group)) return NO_OPINION;
      const holds = isResource
        ? allowsResource(compiled, verb, apiGroup, resource, subresource, name, visits)
        : allowsPath(compiled, verb, path, visits);
      return holds ? allowed : NO_OPINION;
    },
    rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
  };
}
