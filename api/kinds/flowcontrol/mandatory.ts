import type { FlowSchemaSpec, PolicyRulesWithSubjects } from './flow-schema/schema.ts';
import type { PriorityLevelConfigurationSpec } from './priority-level-configuration.ts';

/** The names that stand for a flow schema, and for a priority level, whose specs every cluster has and nobody can change. */
export const EXEMPT = 'exempt';
export const CATCH_ALL = 'catch-all';

/** Matches every request of the groups. */
export const everythingOf = (...groups: readonly string[]): PolicyRulesWithSubjects => ({
  subjects: groups.map((name) => ({ kind: 'Group', group: { name } })),
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
});

/** Upstream's mandatory configuration (k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap): who is never held back, and who is left over. */
export const MANDATORY_FLOW_SCHEMAS: ReadonlyMap<string, FlowSchemaSpec> = new Map([
  [EXEMPT, { priorityLevelConfiguration: { name: EXEMPT }, matchingPrecedence: 1, rules: [everythingOf('system:masters')] }],
  [
    CATCH_ALL,
    {
      priorityLevelConfiguration: { name: CATCH_ALL },
      matchingPrecedence: 10_000,
      distinguisherMethod: { type: 'ByUser' },
      rules: [everythingOf('system:unauthenticated', 'system:authenticated')],
    },
  ],
]);

export const MANDATORY_PRIORITY_LEVELS: ReadonlyMap<string, PriorityLevelConfigurationSpec> = new Map([
  [EXEMPT, { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }],
  [CATCH_ALL, { type: 'Limited', limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 } }],
]);
