import { defineKind } from '../kind.ts';
import { ObjectMeta } from '../meta/object-meta.ts';
import type { Infer } from '../schema/fields.ts';
import { struct, topLevel } from '../schema/fields.ts';
import { UserInfo } from './token-review.ts';

export const SelfSubjectReviewStatus = struct('SelfSubjectReviewStatus', {
  userInfo: UserInfo.optional(),
});
export type SelfSubjectReviewStatus = Infer<typeof SelfSubjectReviewStatus>;

export const SelfSubjectReview = topLevel('SelfSubjectReview', {
  metadata: ObjectMeta.optional(),
  status: SelfSubjectReviewStatus.optional(),
});
export type SelfSubjectReview = Infer<typeof SelfSubjectReview>;

export const selfSubjectReviews = defineKind<SelfSubjectReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  namespaced: false,
  verbs: ['create'],
  schema: SelfSubjectReview,
});
