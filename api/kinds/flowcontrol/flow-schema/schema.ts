import { ObjectMeta } from '../../../meta/object-meta.ts';
import type { Infer } from '../../../schema/fields.ts';
import { atomicList, boolean, int32, listMap, ref, setList, string, struct, time, topLevel } from '../../../schema/fields.ts';

export const UserSubject = struct('UserSubject', 'A user by name.', {
  name: string('Name of the user; * matches all.').tag(1),
});

export const GroupSubject = struct('GroupSubject', 'A group of users by name.', {
  name: string('Name of the group; * matches all.').tag(1),
});

export const ServiceAccountSubject = struct('ServiceAccountSubject', 'A service account by namespace and name.', {
  name: string('Name of the service account; * matches all of the namespace.').tag(2),
  namespace: string('Namespace of the service account.').tag(1),
});

export const FlowSubject = struct(
  'Subject',
  'A sender of requests: a user, a group or a service account.',
  {
    group: ref(GroupSubject, 'The group, if the kind is Group.').tag(3).optional(),
    kind: string('User, Group or ServiceAccount: the field that is set.', { goType: 'SubjectKind' }).tag(1),
    serviceAccount: ref(ServiceAccountSubject, 'The service account, if the kind is ServiceAccount.').tag(4).optional(),
    user: ref(UserSubject, 'The user, if the kind is User.').tag(2).optional(),
  },
  {
    'x-kubernetes-unions': [
      { discriminator: 'kind', 'fields-to-discriminateBy': { group: 'Group', serviceAccount: 'ServiceAccount', user: 'User' } },
    ],
  },
);
export type FlowSubject = Infer<typeof FlowSubject>;

export const ResourcePolicyRule = struct('ResourcePolicyRule', 'Matches requests for resources by verb, group, resource and namespace.', {
  apiGroups: setList(string(), 'API groups; * matches all, and then stands alone.', { presence: 'null' }).tag(2),
  clusterScope: boolean('Whether requests without a namespace match.').tag(4).optional(),
  namespaces: setList(string(), 'Namespaces; * matches every one, but no request without a namespace.', { presence: 'null' }).tag(5).optional(),
  resources: setList(string(), 'Resources, such as pods or nodes/status; * matches all, and then stands alone.', { presence: 'null' }).tag(3),
  verbs: setList(string(), 'Verbs; * matches all, and then stands alone.', { presence: 'null' }).tag(1),
});
export type ResourcePolicyRule = Infer<typeof ResourcePolicyRule>;

export const NonResourcePolicyRule = struct('NonResourcePolicyRule', 'Matches requests for paths that are no resources.', {
  nonResourceURLs: setList(string(), 'Paths; * matches all, and a path that ends in /* everything below it.', { presence: 'null' }).tag(6),
  verbs: setList(string(), 'Lower-case methods; * matches all, and then stands alone.', { presence: 'null' }).tag(1),
});
export type NonResourcePolicyRule = Infer<typeof NonResourcePolicyRule>;

export const PolicyRulesWithSubjects = struct('PolicyRulesWithSubjects', 'Matches requests of one of the subjects that match one of the rules.', {
  nonResourceRules: atomicList(NonResourcePolicyRule, 'Rules about paths that are no resources.').tag(3).optional(),
  resourceRules: atomicList(ResourcePolicyRule, 'Rules about resources.').tag(2).optional(),
  subjects: atomicList(FlowSubject, 'The senders.', { presence: 'null' }).tag(1),
});
export type PolicyRulesWithSubjects = Infer<typeof PolicyRulesWithSubjects>;

export const FlowDistinguisherMethod = struct('FlowDistinguisherMethod', 'Divides the requests of a flow schema into flows.', {
  type: string('ByUser or ByNamespace.', { goType: 'FlowDistinguisherMethodType' }).tag(1),
});

export const PriorityLevelConfigurationReference = struct('PriorityLevelConfigurationReference', 'Names a priority level.', {
  name: string('Name of the priority level.').tag(1),
});

export const FlowSchemaSpec = struct('FlowSchemaSpec', 'Which requests belong to a group of flows, and their priority level.', {
  distinguisherMethod: ref(FlowDistinguisherMethod, 'How the requests are divided into flows; all are one flow, if left out.').tag(3).optional(),
  matchingPrecedence: int32('Of the flow schemas that match a request, the one with the lowest number is chosen. 1000, if left out.', {
    presence: 'filled',
  })
    .tag(2)
    .optional(),
  priorityLevelConfiguration: ref(PriorityLevelConfigurationReference, 'The priority level of the requests.', { presence: 'filled' }).tag(1),
  rules: atomicList(PolicyRulesWithSubjects, 'The requests: those that match one of the rules.').tag(4).optional(),
});
export type FlowSchemaSpec = Infer<typeof FlowSchemaSpec>;

export const FlowSchemaCondition = struct('FlowSchemaCondition', "One observation of a FlowSchema's state.", {
  lastTransitionTime: time('When the status last changed.', { presence: 'null' }).tag(3).optional(),
  message: string('Explanation for people.').tag(5).optional(),
  reason: string('One CamelCase word for why it is so.').tag(4).optional(),
  status: string('True, False or Unknown.', { goType: 'ConditionStatus' }).tag(2).optional(),
  type: string('Dangling, if there is no such priority level.', { goType: 'FlowSchemaConditionType' }).tag(1).optional(),
});
export type FlowSchemaCondition = Infer<typeof FlowSchemaCondition>;

export const FlowSchemaStatus = struct('FlowSchemaStatus', 'State of a FlowSchema.', {
  conditions: listMap(FlowSchemaCondition, ['type'], 'Latest observations, one of each type.').tag(1).optional(),
});

export const FlowSchema = topLevel('FlowSchema', 'Gives a group of flows of requests to a priority level.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(FlowSchemaSpec, 'What is wanted.', { presence: 'filled' }).tag(2).optional(),
  status: ref(FlowSchemaStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type FlowSchema = Infer<typeof FlowSchema>;
