import { defineKind } from '../../definition/kind.ts';
import { ObjectMeta } from '../../meta/object-meta.ts';
import type { Infer } from '../../schema/fields.ts';
import { ref, struct, topLevel } from '../../schema/fields.ts';
import { UserInfo } from './token-review.ts';

export const SelfSubjectReviewStatus = struct('SelfSubjectReviewStatus', 'Who the caller is.', {
  userInfo: ref(UserInfo, 'The caller, as the server knows it.', { presence: 'filled' }).tag(1).optional(),
});
export type SelfSubjectReviewStatus = Infer<typeof SelfSubjectReviewStatus>;

export const SelfSubjectReview = topLevel('SelfSubjectReview', 'Asks the server who the caller is.', {
  metadata: ref(ObjectMeta, 'Identity of the object: name, namespace, labels, annotations and what the system keeps about it.', {
    presence: 'filled',
  })
    .tag(1)
    .optional(),
  status: ref(SelfSubjectReviewStatus, 'What was last observed; written by the system.', { presence: 'filled' }).tag(2).optional(),
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
