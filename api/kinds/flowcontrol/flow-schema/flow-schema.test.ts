import { describe, expect, it } from '@jest/globals';
import { createErrors, stored, updateErrors } from '../../../definition/strategy.fixture.ts';
import { MANDATORY_FLOW_SCHEMAS } from './mandatory.ts';
import { flowSchemaStrategy as strategy } from './rules.ts';
import type { FlowSchema, PolicyRulesWithSubjects } from './schema.ts';

const rule = (change: Partial<PolicyRulesWithSubjects> = {}): PolicyRulesWithSubjects => ({
  subjects: [{ kind: 'User', user: { name: 'u' } }],
  resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['a'] }],
  ...change,
});
const schema = (...rules: PolicyRulesWithSubjects[]): FlowSchema => ({
  metadata: { name: 'fs' },
  spec: { priorityLevelConfiguration: { name: 'p' }, rules },
});

describe('a FlowSchema', () => {
  it('has a precedence of 1000, and may have none of its own', () => {
    expect(stored(strategy, schema(rule())).spec?.matchingPrecedence).toBe(1000);
    expect(createErrors(strategy, schema(rule()))).toEqual([]);
  });

  it.each<[string, PolicyRulesWithSubjects, string]>([
    ['has subjects', rule({ subjects: [] }), 'spec.rules[0].subjects: Required value: subjects must contain at least one value'],
    [
      'has rules',
      rule({ resourceRules: [] }),
      'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
    ],
    [
      'has the subject of its kind only',
      rule({ subjects: [{ kind: 'User', user: { name: 'u' }, group: { name: 'g' } }] }),
      "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
    ],
    [
      'names every verb or some',
      rule({ resourceRules: [{ verbs: ['*', 'get'], apiGroups: [''], resources: ['pods'], namespaces: ['*'] }] }),
      `spec.rules[0].resourceRules[0].verbs: Invalid value: ["*","get"]: if '*' is present, must not specify other verbs`,
    ],
    [
      'names a namespace unless it is about the cluster',
      rule({ resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] }),
      'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
    ],
    [
      'takes a wildcard at the end of a path only',
      rule({ nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/a*'] }] }),
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*": wildcard can only do suffix matching',
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(createErrors(strategy, schema(given))).toEqual([expected]);
  });

  it('leaves precedence 1 to the one named exempt', () => {
    const first = { metadata: { name: 'fs' }, spec: { priorityLevelConfiguration: { name: 'p' }, matchingPrecedence: 1 } };
    expect(createErrors(strategy, first)).toEqual([
      "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
    ]);
  });

  it('that is mandatory never changes', () => {
    const spec = structuredClone(MANDATORY_FLOW_SCHEMAS.get('catch-all'));
    const old = stored<FlowSchema>(strategy, { metadata: { name: 'catch-all' }, spec });
    expect(
      updateErrors(strategy, old, (next) => {
        if (next.spec) next.spec.matchingPrecedence = 9999;
      }),
    ).toEqual([expect.stringMatching(/^spec: Invalid value: \{"PriorityLevelConfiguration":.*: spec of 'catch-all' must equal the fixed value$/)]);
  });
});
