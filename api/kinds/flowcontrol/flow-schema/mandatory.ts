import { CATCH_ALL, EXEMPT } from '../names.ts';
import type { FlowSchemaSpec, PolicyRulesWithSubjects } from './schema.ts';

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
