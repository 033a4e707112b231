import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { boolean, list, string, struct, topLevel } from '../schema/fields.ts';

export const NonResourceRule = struct('NonResourceRule', {
  nonResourceURLs: list(string()).optional(),
  verbs: list(string()),
});
export type NonResourceRule = Infer<typeof NonResourceRule>;

export const ResourceRule = struct('ResourceRule', {
  apiGroups: list(string()).optional(),
  resourceNames: list(string()).optional(),
  resources: list(string()).optional(),
  verbs: list(string()),
});
export type ResourceRule = Infer<typeof ResourceRule>;

export const SubjectRulesReviewStatus = struct('SubjectRulesReviewStatus', {
  evaluationError: string().optional(),
  incomplete: boolean(),
  nonResourceRules: list(NonResourceRule),
  resourceRules: list(ResourceRule),
});
export type SubjectRulesReviewStatus = Infer<typeof SubjectRulesReviewStatus>;

export const SelfSubjectRulesReviewSpec = struct('SelfSubjectRulesReviewSpec', {
  namespace: string().optional(),
});
export type SelfSubjectRulesReviewSpec = Infer<typeof SelfSubjectRulesReviewSpec>;

export const SelfSubjectRulesReview = topLevel('SelfSubjectRulesReview', {
  metadata: ObjectMeta.optional(),
  spec: SelfSubjectRulesReviewSpec,
  status: SubjectRulesReviewStatus.optional(),
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
