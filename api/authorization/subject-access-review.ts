import { defineKind } from '../kind.ts';
import { LabelSelectorRequirement } from '../meta/label-selector.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { boolean, list, map, string, struct, topLevel } from '../schema/fields.ts';

export const FieldSelectorRequirement = struct('FieldSelectorRequirement', {
  key: string(),
  operator: string(),
  values: list(string()).optional(),
});
export type FieldSelectorRequirement = Infer<typeof FieldSelectorRequirement>;

export const FieldSelectorAttributes = struct('FieldSelectorAttributes', {
  rawSelector: string().optional(),
  requirements: list(FieldSelectorRequirement).optional(),
});
export type FieldSelectorAttributes = Infer<typeof FieldSelectorAttributes>;

export const LabelSelectorAttributes = struct('LabelSelectorAttributes', {
  rawSelector: string().optional(),
  requirements: list(LabelSelectorRequirement).optional(),
});
export type LabelSelectorAttributes = Infer<typeof LabelSelectorAttributes>;

export const NonResourceAttributes = struct('NonResourceAttributes', {
  path: string().optional(),
  verb: string().optional(),
});
export type NonResourceAttributes = Infer<typeof NonResourceAttributes>;

export const ResourceAttributes = struct('ResourceAttributes', {
  fieldSelector: FieldSelectorAttributes.optional(),
  group: string().optional(),
  labelSelector: LabelSelectorAttributes.optional(),
  name: string().optional(),
  namespace: string().optional(),
  resource: string().optional(),
  subresource: string().optional(),
  verb: string().optional(),
  version: string().optional(),
});
export type ResourceAttributes = Infer<typeof ResourceAttributes>;

export const SubjectAccessReviewSpec = struct('SubjectAccessReviewSpec', {
  extra: map(list(string())).optional(),
  groups: list(string()).optional(),
  nonResourceAttributes: NonResourceAttributes.optional(),
  resourceAttributes: ResourceAttributes.optional(),
  uid: string().optional(),
  user: string().optional(),
});
export type SubjectAccessReviewSpec = Infer<typeof SubjectAccessReviewSpec>;

export const SubjectAccessReviewStatus = struct('SubjectAccessReviewStatus', {
  allowed: boolean(),
  denied: boolean().optional(),
  evaluationError: string().optional(),
  reason: string().optional(),
});
export type SubjectAccessReviewStatus = Infer<typeof SubjectAccessReviewStatus>;

export const SubjectAccessReview = topLevel('SubjectAccessReview', {
  metadata: ObjectMeta.optional(),
  spec: SubjectAccessReviewSpec,
  status: SubjectAccessReviewStatus.optional(),
});
export type SubjectAccessReview = Infer<typeof SubjectAccessReview>;

export const SelfSubjectAccessReviewSpec = struct('SelfSubjectAccessReviewSpec', {
  nonResourceAttributes: NonResourceAttributes.optional(),
  resourceAttributes: ResourceAttributes.optional(),
});
export type SelfSubjectAccessReviewSpec = Infer<typeof SelfSubjectAccessReviewSpec>;

export const SelfSubjectAccessReview = topLevel('SelfSubjectAccessReview', {
  metadata: ObjectMeta.optional(),
  spec: SelfSubjectAccessReviewSpec,
  status: SubjectAccessReviewStatus.optional(),
});
export type SelfSubjectAccessReview = Infer<typeof SelfSubjectAccessReview>;

export const LocalSubjectAccessReview = topLevel('LocalSubjectAccessReview', {
  metadata: ObjectMeta.optional(),
  spec: SubjectAccessReviewSpec,
  status: SubjectAccessReviewStatus.optional(),
});
export type LocalSubjectAccessReview = Infer<typeof LocalSubjectAccessReview>;

export const subjectAccessReviews = defineKind<SubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
  verbs: ['create'],
  schema: SubjectAccessReview,
});

export const selfSubjectAccessReviews = defineKind<SelfSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
  verbs: ['create'],
  schema: SelfSubjectAccessReview,
});

export const localSubjectAccessReviews = defineKind<LocalSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  namespaced: true,
  verbs: ['create'],
  schema: LocalSubjectAccessReview,
});
