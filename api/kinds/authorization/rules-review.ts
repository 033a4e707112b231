import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { atomicList, boolean, ref, string, struct, topLevel } from '../../schema/fields.ts';

export const NonResourceRule = struct('NonResourceRule', 'Verbs that are allowed on paths that are no resources.', {
  nonResourceURLs: atomicList(string(), 'Paths; a * may stand at the end.').tag(2).optional(),
  verbs: atomicList(string(), 'Verbs that are allowed; * stands for all.').tag(1),
});
export type NonResourceRule = Infer<typeof NonResourceRule>;

export const ResourceRule = struct('ResourceRule', 'Verbs that are allowed on resources.', {
  apiGroups: atomicList(string(), 'Groups of the resources; * stands for all.').tag(2).optional(),
  resourceNames: atomicList(string(), 'Names that the rule is limited to; empty means all.').tag(4).optional(),
  resources: atomicList(string(), 'Resources, and subresources as resource/subresource; * stands for all.').tag(3).optional(),
  verbs: atomicList(string(), 'Verbs that are allowed; * stands for all.').tag(1),
});
export type ResourceRule = Infer<typeof ResourceRule>;

export const SubjectRulesReviewStatus = struct('SubjectRulesReviewStatus', 'What the caller may do.', {
  evaluationError: string('What went wrong while finding out.').tag(4).optional(),
  incomplete: boolean('Whether there may be more than is listed.').tag(3),
  nonResourceRules: atomicList(NonResourceRule, 'Rules for paths that are no resources.').tag(2),
  resourceRules: atomicList(ResourceRule, 'Rules for resources.').tag(1),
});
export type SubjectRulesReviewStatus = Infer<typeof SubjectRulesReviewStatus>;

export const SelfSubjectRulesReviewSpec = struct('SelfSubjectRulesReviewSpec', 'Where the question applies.', {
  namespace: string('Namespace to ask about.').tag(1).optional(),
});
export type SelfSubjectRulesReviewSpec = Infer<typeof SelfSubjectRulesReviewSpec>;

export const SelfSubjectRulesReview = topLevel('SelfSubjectRulesReview', 'Asks what the caller may do in a namespace.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  spec: ref(SelfSubjectRulesReviewSpec, 'The namespace.').tag(2),
  status: ref(SubjectRulesReviewStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(3).optional(),
});
export type SelfSubjectRulesReview = Infer<typeof SelfSubjectRulesReview>;

export const selfSubjectRulesReviews = defineKind<SelfSubjectRulesReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  namespaced: false,
  verbs: ['create'],
  schema: SelfSubjectRulesReview,
});
