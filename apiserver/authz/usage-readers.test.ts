import { describe, expect, it } from '@jest/globals';
import type { AuthorizationAttributes, Authorizer } from '../contract/authorizer.ts';
import { usageReaders } from './usage-readers.ts';

/** Jane may read the pods of the namespace `shop`. */
const roles: Authorizer = {
  authorize: ({ group, resource, namespace, verb }) =>
    group === '' && resource === 'pods' && namespace === 'shop' && verb !== 'delete'
      ? { verdict: 'allow', reason: 'RBAC: allowed' }
      : { verdict: 'no opinion', reason: 'no role' },
  rulesFor: () => ({ resourceRules: [], nonResourceRules: [], incomplete: false }),
};
const asked = (changes: Partial<AuthorizationAttributes>): AuthorizationAttributes => ({
  user: { name: 'jane', groups: [] },
  verb: 'list',
  isResource: true,
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  resource: 'pods',
  subresource: '',
  namespace: 'shop',
  name: '',
  path: '',
  ...changes,
});

describe('those who may read pods', () => {
  it.each([
    ['may list what they use', {}, { verdict: 'allow', reason: 'RBAC: allowed' }],
    ['may get it', { verb: 'get', name: 'web' }, { verdict: 'allow', reason: 'RBAC: allowed' }],
    ['may not in other namespaces', { namespace: 'bank' }, { verdict: 'no opinion' }],
    ['may not read what nodes use', { resource: 'nodes', namespace: '' }, { verdict: 'no opinion' }],
    ['may do nothing else to it', { verb: 'watch' }, { verdict: 'no opinion' }],
    ['gain nothing in other groups', { group: 'custom.metrics.k8s.io' }, { verdict: 'no opinion' }],
  ])('%s', (_, changes, decision) => {
    expect(usageReaders(roles).authorize(asked(changes))).toEqual(decision);
  });
});
