import { describe, expect, it } from '@jest/globals';
import { createErrors } from '../../definition/strategy.fixture.ts';
import type { PolicyRule } from './role.ts';
import { clusterRoleStrategy, roleStrategy } from './role.ts';

describe('a Role', () => {
  it.each<[string, PolicyRule, string]>([
    ['allows something', { verbs: [], apiGroups: [''], resources: ['pods'] }, 'rules[0].verbs: Required value'],
    ['names API groups', { verbs: ['get'], resources: ['pods'] }, 'rules[0].apiGroups: Required value'],
    ['names resources', { verbs: ['get'], apiGroups: [''] }, 'rules[0].resources: Required value'],
    [
      'reaches no paths that are of no resource',
      { verbs: ['get'], nonResourceURLs: ['/healthz'] },
      'namespaced rules cannot apply to non-resource URLs',
    ],
  ])('%s', (_sentence, rule, expected) => {
    expect(createErrors(roleStrategy, { rules: [rule] })).toEqual([expect.stringContaining(expected)]);
  });

  it('may reach such paths for the whole cluster, apart from resources', () => {
    expect(createErrors(clusterRoleStrategy, { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] })).toEqual([]);
    expect(createErrors(clusterRoleStrategy, { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'], resources: ['pods'] }] })).toEqual([
      expect.stringContaining('rules cannot apply to both regular resources and non-resource URLs'),
    ]);
  });

  it('is gathered from other roles by selectors', () => {
    expect(createErrors(clusterRoleStrategy, { aggregationRule: {} })).toEqual([
      expect.stringContaining('aggregationRule.clusterRoleSelectors: Required value'),
    ]);
  });

  it('may be called as users are', () => {
    expect(roleStrategy.validateName?.('system:node', false)).toEqual([]);
  });
});
