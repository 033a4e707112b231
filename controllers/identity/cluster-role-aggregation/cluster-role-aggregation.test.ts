import { describe, expect, it } from '@jest/globals';
import type { ClusterRole, PolicyRule } from '../../../api/kinds/rbac/index.ts';
import { clusterRoles } from '../../../api/kinds/rbac/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import { createStubEnv } from '../../_shared/env.fixture.ts';
import { clusterRoleAggregationController } from './controller.ts';
import { aggregatedRules } from './plan.ts';

const rule = (resource: string): PolicyRule => ({ verbs: ['get'], apiGroups: [''], resources: [resource] });
const role = (name: string, rules: readonly PolicyRule[], labels: Record<string, string> = {}): Live<ClusterRole> => ({
  metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '', labels },
  rules: [...rules],
});
const gathering = (name: string, ...labels: readonly string[]): Live<ClusterRole> => ({
  ...role(name, []),
  aggregationRule: { clusterRoleSelectors: labels.map((label) => ({ matchLabels: { [label]: 'x' } })) },
});

describe('the rules of an aggregated role', () => {
  it('are those of its parts by name, each once, selector by selector', () => {
    const parts = [role('b', [rule('pods'), rule('nodes')]), role('a', [rule('services'), rule('pods')])];
    expect(aggregatedRules(gathering('all', 'one', 'two'), [parts, [role('c', [rule('secrets')])]])).toEqual([
      rule('services'),
      rule('pods'),
      rule('nodes'),
      rule('secrets'),
    ]);
  });

  it('are not its own', () => {
    const own = gathering('all', 'one');
    expect(aggregatedRules(own, [[{ ...own, rules: [rule('pods')] }]])).toBeUndefined();
  });

  it('are left alone if they are right', () => {
    expect(aggregatedRules({ ...gathering('all', 'one'), rules: [rule('pods')] }, [[role('a', [rule('pods')])]])).toBeUndefined();
  });

  it('go with the last part', () => {
    expect(aggregatedRules({ ...gathering('all', 'one'), rules: [rule('pods')] }, [[]])).toEqual([]);
  });
});

it('a role that changes wakes the roles that gather it, and that gathered it, without a look at all', () => {
  const env = createStubEnv(clusterRoleAggregationController({ clusterRoles }));
  env.show(clusterRoles, gathering('one', 'one'));
  env.show(clusterRoles, gathering('two', 'two'));
  const part = role('part', [rule('pods')], { one: 'x' });
  env.show(clusterRoles, part);
  env.enqueued();
  env.scans();
  env.show(clusterRoles, { ...part, metadata: { ...part.metadata, labels: { two: 'x' } } });
  expect(env.enqueued().toSorted()).toEqual(['one', 'two']);
  env.show(clusterRoles, role('other', [rule('pods')]));
  expect(env.enqueued()).toEqual([]);
  expect(env.scans()).toBe(0);
});
